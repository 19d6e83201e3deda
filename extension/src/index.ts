import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { IStateDB } from '@jupyterlab/statedb';
import { IStatusBar } from '@jupyterlab/statusbar';

import { addCommands } from './commands';
import { OwnKernel } from './hosts';
import { JobsItem } from './jobs';
import { Commands, INSERT_CELL, SIDEBAR_ID } from './names';
import { insertCell } from './notebooks';
import { Sidebar } from './sidebar';

/** The workbench in a sidebar, in the palette, in the launcher and in the status bar. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-workbench:plugin',
  description: 'The workbench in a sidebar.',
  autoStart: true,
  requires: [ILabShell, INotebookTracker, IRenderMimeRegistry],
  optional: [ICommandPalette, ILauncher, ILayoutRestorer, IStateDB, IStatusBar],
  activate: (
    app: JupyterFrontEnd,
    shell: ILabShell,
    notebooks: INotebookTracker,
    rendermime: IRenderMimeRegistry,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    restorer: ILayoutRestorer | null,
    state: IStateDB | null,
    statusBar: IStatusBar | null
  ): void => {
    const sidebar = new Sidebar(new OwnKernel(app.serviceManager, rendermime), {
      attach: () => void app.commands.execute(Commands.attach)
    });
    shell.add(sidebar, 'right', { rank: 500 });
    restorer?.add(sidebar, SIDEBAR_ID);
    addCommands({ app, shell, notebooks, sidebar, palette, launcher });
    // The widgets offer to insert a cell where somebody listens.
    document.body.dataset.workbench = 'lab';
    window.addEventListener(INSERT_CELL, event => {
      const { code } = (event as CustomEvent<{ code: string }>).detail;
      void insertCell(app, notebooks, code);
    });
    if (statusBar && PageConfig.getOption('workbench')) {
      addStatus(app, statusBar, () => shell.activateById(SIDEBAR_ID));
    }
    void openAtFirst(app, shell, state);
  }
};

function addStatus(app: JupyterFrontEnd, statusBar: IStatusBar, onClick: () => void): void {
  const item = new JobsItem(app.serviceManager.serverSettings, onClick);
  statusBar.registerStatusItem('jupyter-workbench:jobs', {
    item,
    align: 'left',
    rank: 50,
    isActive: () => item.isActive,
    activeStateChanged: item.activeChanged
  });
}

/** Open the sidebar when it was never seen, and once a browser tab under `workbench lab`. */
async function openAtFirst(
  app: JupyterFrontEnd,
  shell: ILabShell,
  state: IStateDB | null
): Promise<void> {
  await app.restored;
  const key = `${SIDEBAR_ID}:seen`;
  const seen = state ? await state.fetch(key) : true;
  const asked = PageConfig.getOption('workbenchOpen') && !sessionStorage.getItem(key);
  if (!seen || asked) {
    shell.activateById(SIDEBAR_ID);
    sessionStorage.setItem(key, 'true');
    await state?.save(key, true);
  }
}

export default plugin;
