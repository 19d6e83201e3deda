import { Dialog, showDialog, type ISessionContext } from '@jupyterlab/apputils';
import type { IChangedArgs } from '@jupyterlab/coreutils';
import { OutputAreaModel, SimplifiedOutputArea } from '@jupyterlab/outputarea';
import type { Kernel } from '@jupyterlab/services';
import type { Message } from '@lumino/messaging';
import { Panel } from '@lumino/widgets';

import type { IHost } from './hosts';
import { workbenchIcon } from './icon';
import { SHOW_ANEW_CODE, SHOW_CODE, SIDEBAR_ID } from './names';
import { Bar, Notice } from './parts';

const BUSY_AFTER_MS = 2500;
const LOOK_EVERY_MS = 200;

/** The sidebar: one line of buttons, what there is to say, and the workbench. */
export class Sidebar extends Panel {
  constructor(own: IHost, actions: { attach: () => void }) {
    super();
    this.id = SIDEBAR_ID;
    this.title.icon = workbenchIcon;
    this.title.caption = 'Workbench';
    this._own = this._host = own;
    this._bar = new Bar({
      reload: () => void this.run(),
      restart: () => void this._restart(),
      attach: () => (this._host.isOwn ? actions.attach() : this.showIn(this._own))
    });
    this.addWidget(this._bar);
    this.addWidget(this._notice);
    this._connect();
  }

  /** The kernel in which the workbench is shown. */
  get host(): IHost {
    return this._host;
  }

  /** Show the workbench of another kernel. */
  showIn(host: IHost): void {
    if (host === this._host) {
      return;
    }
    this._disconnect();
    this._host = host;
    this._connect();
    if (this._awake) {
      void this.run();
    }
  }

  /** Whether there is a notebook to attach to. */
  set canAttach(value: boolean) {
    this._bar.canAttach = value;
  }

  /** Show the workbench; when it is about to be shown already, wait for that. */
  run(): Promise<void> {
    this._awake = true;
    this._running ??= this._show(++this._turn).finally(() => (this._running = null));
    return this._running;
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._wake();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._wake();
  }

  /** No kernel is started before somebody looks. */
  private _wake(): void {
    if (this.isVisible && !this._awake) {
      void this.run();
    }
  }

  private async _show(turn: number): Promise<void> {
    const host = this._host;
    this._stale = false;
    this._notice.say('The kernel starts …');
    try {
      await host.start();
    } catch (error) {
      this._fail(turn, `There is no kernel: ${reason(error)}`, 'Try again', () => this.run());
      return;
    }
    if (turn !== this._turn) {
      return;
    }
    this._notice.say('The workbench is loading …');
    const slow = setTimeout(() => this._sayBusy(turn), BUSY_AFTER_MS);
    try {
      await this._execute(turn, host, SHOW_CODE);
    } catch (error) {
      // A kernel that restarts cancels the request; it is made again when the kernel is back.
      if (!this._stale) {
        this._fail(turn, `The kernel did not answer: ${reason(error)}`, 'Try again', () =>
          this.run()
        );
      }
    } finally {
      clearTimeout(slow);
    }
  }

  private async _execute(turn: number, host: IHost, code: string): Promise<void> {
    const kernel = host.sessionContext.session!.kernel!;
    const output = new SimplifiedOutputArea({
      model: new OutputAreaModel({ trusted: true }),
      rendermime: host.rendermime
    });
    output.addClass('workbench-output');
    this._clear();
    this._output = output;
    this.addWidget(output);
    const future = kernel.requestExecute({
      code,
      store_history: false,
      stop_on_error: false,
      allow_stdin: false
    });
    output.future = future;
    const { content } = await future.done;
    if (turn !== this._turn) {
      return;
    }
    if (content.status === 'ok') {
      this._notice.clear();
      this._see(turn, host, output, code).catch(error =>
        this._fail(turn, `The workbench is not in sight: ${reason(error)}`, 'Try again', () =>
          this.run()
        )
      );
    } else {
      this._explain(turn, content as { ename?: string; evalue?: string });
    }
  }

  /**
   * Wait until the workbench is in sight. A page may miss widgets that were there before it;
   * widgets of its own it cannot miss.
   */
  private async _see(
    turn: number,
    host: IHost,
    output: SimplifiedOutputArea,
    code: string
  ): Promise<void> {
    while (turn === this._turn && !output.isDisposed && !output.node.querySelector('.wb-app')) {
      if (output.node.textContent?.includes('Error displaying widget')) {
        if (code === SHOW_CODE) {
          await this._execute(turn, host, SHOW_ANEW_CODE);
        } else {
          this._clear();
          this._fail(turn, 'The workbench could not be shown here.', 'Try again', () => this.run());
        }
        return;
      }
      await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  private _explain(turn: number, error: { ename?: string; evalue?: string }): void {
    const missing = error.ename === 'ModuleNotFoundError' && error.evalue?.includes("'workbench'");
    if (missing) {
      this._clear();
    }
    this._fail(
      turn,
      missing
        ? 'The workbench is not installed where this kernel runs. ' +
            'Run "pip install jupyter-workbench" there, then try again.'
        : `The workbench could not start: ${error.evalue || error.ename}`,
      'Try again',
      () => this.run()
    );
  }

  private _clear(): void {
    this._output?.dispose();
    this._output = null;
  }

  private _fail(turn: number, text: string, label: string, action: () => unknown): void {
    if (turn === this._turn) {
      this._notice.say(text, { tone: 'error', label, action });
    }
  }

  private _sayBusy(turn: number): void {
    if (turn === this._turn && this._host.sessionContext.session?.kernel?.status === 'busy') {
      this._notice.say(
        this._host.isOwn
          ? 'The workbench is loading; the kernel is busy …'
          : 'A cell is running; the workbench appears when the kernel is free …'
      );
    }
  }

  private _connect(): void {
    const { sessionContext } = this._host;
    sessionContext.statusChanged.connect(this._onStatus, this);
    sessionContext.connectionStatusChanged.connect(this._onConnection, this);
    sessionContext.kernelChanged.connect(this._onKernel, this);
    sessionContext.disposed.connect(this._onGone, this);
    this._bar.showHost(this._host);
  }

  private _disconnect(): void {
    const { sessionContext } = this._host;
    sessionContext.statusChanged.disconnect(this._onStatus, this);
    sessionContext.connectionStatusChanged.disconnect(this._onConnection, this);
    sessionContext.kernelChanged.disconnect(this._onKernel, this);
    sessionContext.disposed.disconnect(this._onGone, this);
    this._supersede();
  }

  /** What is under way no longer counts. */
  private _supersede(): void {
    this._turn += 1;
    this._running = null;
  }

  private _onStatus(_: ISessionContext, status: Kernel.Status): void {
    if (!this._awake) {
      return;
    }
    if (status === 'restarting' || status === 'autorestarting') {
      this._supersede();
      this._stale = true;
      // Widgets that are still in sight would go on sending to a kernel that is no more.
      this._clear();
      this._notice.say(
        status === 'restarting' ? 'The kernel restarts …' : 'The kernel died; a new one starts …'
      );
    } else if (status === 'idle' && this._stale) {
      void this.run();
    } else if (status === 'dead') {
      this._supersede();
      this._clear();
      this._fail(this._turn, 'The kernel died.', 'Start it again', () => this._revive());
    }
  }

  private _onConnection(_: ISessionContext, status: Kernel.ConnectionStatus): void {
    if (this._awake && !this._stale && !this._running) {
      if (status === 'connecting') {
        this._notice.say('The connection to the kernel is lost; trying again …');
      } else if (status === 'connected') {
        this._notice.clear();
      }
    }
  }

  private _onKernel(
    _: ISessionContext,
    { newValue }: IChangedArgs<Kernel.IKernelConnection | null>
  ): void {
    if (!this._awake || this._running) {
      return;
    }
    if (newValue) {
      void this.run();
    } else {
      this._clear();
      this._fail(this._turn, 'The kernel was shut down.', 'Start a kernel', () => this._revive());
    }
  }

  private _onGone(): void {
    this.showIn(this._own);
  }

  private async _restart(): Promise<void> {
    const { button } = await showDialog({
      title: 'Restart the kernel?',
      body:
        'A run that trains in this kernel is interrupted; it can be resumed. ' +
        'Runs in a process of their own go on.',
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: 'Restart' })]
    });
    if (button.accept) {
      await this._revive();
    }
  }

  private async _revive(): Promise<void> {
    const { sessionContext } = this._host;
    const kernel = sessionContext.session?.kernel;
    if (!kernel || !this._awake) {
      return sessionContext.isDisposed ? undefined : this._startAgain();
    }
    try {
      await sessionContext.restartKernel();
    } catch {
      await this._startAgain();
    }
  }

  private async _startAgain(): Promise<void> {
    this._notice.say('The kernel starts …');
    const { sessionContext } = this._host;
    try {
      await sessionContext.startKernel();
    } catch (error) {
      this._fail(this._turn, `There is no kernel: ${reason(error)}`, 'Try again', () =>
        this._startAgain()
      );
    }
    await this.run();
  }

  private readonly _own: IHost;
  private readonly _bar: Bar;
  private readonly _notice = new Notice();
  private _host: IHost;
  private _output: SimplifiedOutputArea | null = null;
  private _running: Promise<void> | null = null;
  private _awake = false;
  private _stale = false;
  private _turn = 0;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
