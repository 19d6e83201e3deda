import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { ILauncher } from '@jupyterlab/launcher';
import type { INotebookTracker } from '@jupyterlab/notebook';

import { NotebookKernel } from './hosts';
import { workbenchIcon } from './icon';
import { Commands } from './names';
import { workbenchNotebook } from './notebooks';
import type { Sidebar } from './sidebar';

const CATEGORY = 'Workbench';

/** What the commands work on, and where they are offered. */
interface IParts {
  app: JupyterFrontEnd;
  shell: ILabShell;
  notebooks: INotebookTracker;
  sidebar: Sidebar;
  palette: ICommandPalette | null;
  launcher: ILauncher | null;
}

export function addCommands({ app, shell, notebooks, sidebar, palette, launcher }: IParts): void {
  const { commands } = app;
  commands.addCommand(Commands.open, {
    label: args => (args.isLauncher ? 'Workbench' : 'Open the Workbench'),
    caption: 'Train, look inside and ship image networks',
    icon: workbenchIcon,
    execute: () => shell.activateById(sidebar.id)
  });
  commands.addCommand(Commands.attach, {
    label: "Show the Workbench in the Notebook's Kernel",
    caption: 'Attach the sidebar to the kernel of the active notebook',
    icon: workbenchIcon,
    isEnabled: () => notebooks.currentWidget !== null,
    execute: () => {
      const panel = notebooks.currentWidget;
      if (panel) {
        sidebar.showIn(new NotebookKernel(panel));
        shell.activateById(sidebar.id);
      }
    }
  });
  commands.addCommand(Commands.newNotebook, {
    label: args => (args.isLauncher ? 'Notebook' : 'New Notebook with the Workbench'),
    caption: 'A notebook that shows the workbench in its first cell',
    icon: workbenchIcon,
    execute: args => workbenchNotebook(app, args.cwd as string | undefined)
  });
  notebooks.currentChanged.connect((_, panel) => {
    sidebar.canAttach = panel !== null;
    commands.notifyCommandChanged(Commands.attach);
  });
  for (const command of Object.values(Commands)) {
    palette?.addItem({ command, category: CATEGORY });
  }
  for (const [rank, command] of [Commands.open, Commands.newNotebook].entries()) {
    launcher?.add({ command, category: CATEGORY, rank, args: { isLauncher: true } });
  }
}
