import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { Poll } from '@lumino/polling';
import { Signal, type ISignal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

/** A job that is under way, as the server tells it. */
export interface IJob {
  id: string;
  kind: string;
  name: string;
  status: string;
  fraction: number | null;
  text: string;
}

const LIVE_MS = 2000;
const IDLE_MS = 3000;

/** The item in the status bar: the newest job under way and how far it is. */
export class JobsItem extends Widget {
  constructor(settings: ServerConnection.ISettings, onClick: () => void) {
    super({ node: document.createElement('button') });
    this.addClass('workbench-status');
    this.node.setAttribute('type', 'button');
    this._name.className = 'workbench-status-name';
    this._share.className = 'workbench-status-share';
    this.node.append(this._name, this._share);
    this.node.addEventListener('click', onClick);
    const url = URLExt.join(settings.baseUrl, 'workbench/api/jobs');
    this._poll = new Poll({
      name: 'workbench:jobs',
      factory: async () => this._showJobs(await fetchJobs(url, settings)),
      frequency: { interval: IDLE_MS, backoff: true, max: 60_000 },
      standby: 'when-hidden'
    });
  }

  /** Whether there is something to show. */
  get isActive(): boolean {
    return this._active;
  }

  get activeChanged(): ISignal<this, void> {
    return this._activeChanged;
  }

  override dispose(): void {
    this._poll.dispose();
    super.dispose();
  }

  private _showJobs(jobs: IJob[]): void {
    const [job] = jobs;
    this._poll.frequency = { ...this._poll.frequency, interval: job ? LIVE_MS : IDLE_MS };
    if (job) {
      const others = jobs.length > 1 ? ` +${jobs.length - 1}` : '';
      this._name.textContent = job.name;
      this._share.textContent =
        (job.status === 'running' && job.fraction !== null
          ? `${Math.floor(100 * job.fraction)} %`
          : job.status) + others;
      this.node.title = jobs.map(each => `${each.name}: ${each.text || each.status}`).join('\n');
    }
    if (this._active !== Boolean(job)) {
      this._active = Boolean(job);
      this._activeChanged.emit();
    }
  }

  private readonly _name = document.createElement('span');
  private readonly _share = document.createElement('span');
  private readonly _activeChanged = new Signal<this, void>(this);
  private readonly _poll: Poll;
  private _active = false;
}

async function fetchJobs(url: string, settings: ServerConnection.ISettings): Promise<IJob[]> {
  const response = await ServerConnection.makeRequest(url, {}, settings);
  if (!response.ok) {
    throw new ServerConnection.ResponseError(response);
  }
  return (await response.json()) as IJob[];
}
