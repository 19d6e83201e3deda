import { SessionContext, type ISessionContext } from '@jupyterlab/apputils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { CommsOverSubshells, type ServiceManager } from '@jupyterlab/services';
import { registerWidgetManager } from '@jupyter-widgets/jupyterlab-manager';
import { Signal } from '@lumino/signaling';

/** A kernel that shows the workbench, and what renders its output. */
export interface IHost {
  /** What the person calls this kernel. */
  readonly label: string;
  readonly isOwn: boolean;
  readonly sessionContext: ISessionContext;
  readonly rendermime: IRenderMimeRegistry;
  /** Make sure there is a kernel. */
  start(): Promise<void>;
}

/**
 * The sidebar's own kernel.
 *
 * Its session has a fixed path: a reloaded page, or another browser, finds the same kernel again
 * and in it the same widgets.
 */
export class OwnKernel implements IHost {
  constructor(
    private readonly _services: ServiceManager.IManager,
    rendermime: IRenderMimeRegistry
  ) {
    this.rendermime = rendermime.clone();
    this.sessionContext = new SessionContext({
      kernelManager: _services.kernels,
      sessionManager: _services.sessions,
      specsManager: _services.kernelspecs,
      path: '.workbench-sidebar',
      name: 'Workbench',
      type: 'workbench',
      kernelPreference: { shouldStart: true, canStart: true, shutdownOnDispose: false }
    });
    this.sessionContext.kernelChanged.connect((_, { newValue }) => {
      if (newValue) {
        // In subshells the callbacks of widgets would hop between threads.
        newValue.commsOverSubshells = CommsOverSubshells.Disabled;
        // Left to another connection to this kernel, widgets would never arrive here.
        newValue.handleComms = true;
      }
    });
  }

  readonly label = 'own kernel';
  readonly isOwn = true;
  readonly rendermime: IRenderMimeRegistry;
  readonly sessionContext: SessionContext;

  async start(): Promise<void> {
    await Promise.all([this._services.sessions.ready, this._services.kernelspecs.ready]);
    const { sessionContext } = this;
    if (!sessionContext.isReady) {
      sessionContext.kernelPreference = {
        ...sessionContext.kernelPreference,
        name: this._services.kernelspecs.specs?.default
      };
      await sessionContext.initialize();
    }
    if (!sessionContext.session?.kernel) {
      await sessionContext.startKernel();
    }
    if (!sessionContext.session?.kernel) {
      throw new Error('no kernel could be started');
    }
    this._registerWidgets();
  }

  private _registerWidgets(): void {
    if (this._registered) {
      return;
    }
    this._registered = true;
    // What the manager reads of a notebook's context, for a place that is no notebook.
    const context = {
      sessionContext: this.sessionContext,
      saveState: new Signal(this),
      model: { getMetadata: () => undefined, setMetadata: () => undefined },
      urlResolver: {
        resolveUrl: (url: string) => Promise.resolve(url),
        getDownloadUrl: (url: string) => Promise.resolve(url)
      }
    } as unknown as DocumentRegistry.IContext<INotebookModel>;
    registerWidgetManager(context, this.rendermime, [].values());
  }

  private _registered = false;
}

/** The kernel of a notebook, with the widgets that live in it. */
export class NotebookKernel implements IHost {
  constructor(readonly panel: NotebookPanel) {}

  readonly isOwn = false;

  get label(): string {
    return this.panel.title.label;
  }

  get sessionContext(): ISessionContext {
    return this.panel.sessionContext;
  }

  get rendermime(): IRenderMimeRegistry {
    return this.panel.content.rendermime;
  }

  async start(): Promise<void> {
    await this.panel.context.ready;
    await this.sessionContext.ready;
    if (!this.sessionContext.session?.kernel) {
      throw new Error('the notebook has no kernel');
    }
  }
}
