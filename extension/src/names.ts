/** The commands, as people and tests know them. */
export const Commands = {
  open: 'workbench:open',
  attach: 'workbench:attach',
  newNotebook: 'workbench:new-notebook'
} as const;

export const SIDEBAR_ID = 'workbench-sidebar';

/** The widgets in the kernel send this to the window when "insert cell" is pressed. */
export const INSERT_CELL = 'workbench:insert-cell';

/** Shows the workbench and leaves no name behind in the kernel. */
export const SHOW_CODE = '__import__("IPython").display.display(__import__("workbench").sidebar())';

/** The same with widgets that nobody has seen. */
export const SHOW_ANEW_CODE =
  '__import__("IPython").display.display(__import__("workbench").sidebar(anew=True))';

export const APP_CODE = 'import workbench as wb\n\nwb.app()';
