import { Widget } from '@lumino/widgets';

import type { IHost } from './hosts';

function button(label: string, title: string, onClick: () => unknown): HTMLButtonElement {
  const node = document.createElement('button');
  node.type = 'button';
  node.className = 'workbench-button';
  node.textContent = label;
  node.title = title;
  node.addEventListener('click', () => void onClick());
  return node;
}

/** The line above the workbench: which kernel, and what can be done with it. */
export class Bar extends Widget {
  constructor(actions: { reload: () => void; restart: () => void; attach: () => void }) {
    super();
    this.addClass('workbench-bar');
    this._kernel.className = 'workbench-kernel';
    this._attach = button('', '', actions.attach);
    this._attach.classList.add('workbench-attach');
    const reload = button('Reload', 'Show the workbench anew', actions.reload);
    const restart = button('Restart', 'Restart the kernel of the workbench', actions.restart);
    restart.classList.add('workbench-restart');
    this.node.append(this._kernel, reload, restart, this._attach);
  }

  showHost(host: IHost): void {
    this._isOwn = host.isOwn;
    this._kernel.textContent = host.label;
    this._kernel.title = host.isOwn
      ? 'The workbench runs in a kernel of its own'
      : `The workbench runs in the kernel of ${host.label}`;
    this._attach.textContent = host.isOwn ? 'Attach' : 'Own kernel';
    this._update();
  }

  set canAttach(value: boolean) {
    this._canAttach = value;
    this._update();
  }

  private _update(): void {
    this._attach.disabled = this._isOwn && !this._canAttach;
    this._attach.title = !this._isOwn
      ? 'Show the workbench of its own kernel'
      : this._canAttach
        ? "Show the workbench in the active notebook's kernel"
        : 'Open a notebook to attach the workbench to its kernel';
  }

  private readonly _kernel = document.createElement('span');
  private readonly _attach: HTMLButtonElement;
  private _isOwn = true;
  private _canAttach = false;
}

/** What the sidebar has to say while there is no workbench to see. */
export class Notice extends Widget {
  constructor() {
    super();
    this.addClass('workbench-notice');
    this.node.setAttribute('role', 'status');
    this.hide();
  }

  say(text: string, more: { tone?: 'error'; label?: string; action?: () => unknown } = {}): void {
    this.node.dataset.tone = more.tone ?? '';
    this.node.replaceChildren(text);
    if (more.label && more.action) {
      this.node.append(button(more.label, '', more.action));
    }
    this.show();
  }

  clear(): void {
    this.hide();
    this.node.replaceChildren();
  }
}
