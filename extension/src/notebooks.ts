import type { JupyterFrontEnd } from '@jupyterlab/application';
import { NotebookActions, type INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';

import { APP_CODE } from './names';

/** Make a notebook whose first cell is `code`. */
export async function newNotebook(
  app: JupyterFrontEnd,
  code: string,
  cwd?: string
): Promise<NotebookPanel> {
  await app.serviceManager.kernelspecs.ready;
  const panel = (await app.commands.execute('notebook:create-new', {
    kernelName: app.serviceManager.kernelspecs.specs?.default ?? '',
    ...(cwd === undefined ? {} : { cwd })
  })) as NotebookPanel;
  await panel.revealed;
  panel.content.activeCell?.model.sharedModel.setSource(code);
  return panel;
}

/** Make a notebook that shows the workbench in its first cell, and run that cell. */
export async function workbenchNotebook(app: JupyterFrontEnd, cwd?: string): Promise<void> {
  const panel = await newNotebook(app, APP_CODE, cwd);
  const { sessionContext } = panel;
  await sessionContext.ready;
  // What is run before the kernel has answered is lost.
  await sessionContext.session?.kernel?.info;
  await NotebookActions.run(panel.content, sessionContext);
}

/** Put `code` into a new cell below the active one, or into a new notebook when there is none. */
export async function insertCell(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  code: string
): Promise<void> {
  const panel = tracker.currentWidget;
  if (!panel) {
    await newNotebook(app, code);
    return;
  }
  await panel.revealed;
  NotebookActions.insertBelow(panel.content);
  const cell = panel.content.activeCell;
  cell?.model.sharedModel.setSource(code);
  if (cell) {
    await panel.content.scrollToCell(cell);
  }
}
