// The demo's controls: reads /api/demo, every 200 ms while a flash sale runs and every 5 s otherwise.

import { ApiError, type Api, type Demo } from './api';

export class DemoStage {
  demo = $state.raw<Demo | null>(null);
  error = $state.raw<ApiError | null>(null);
  starting = $state(false);
  private timer: number | undefined;
  private stopped = false;

  constructor(
    private readonly api: Api,
    private readonly onFlashSaleDone: () => void,
  ) {}

  start(): () => void {
    void this.refresh();
    return () => {
      this.stopped = true;
      window.clearTimeout(this.timer);
    };
  }

  async refresh(): Promise<void> {
    window.clearTimeout(this.timer);
    let inDemo = true;
    try {
      const before = this.demo?.flashSale.state;
      this.demo = await this.api.demo();
      inDemo = this.demo !== null;
      if (before === 'running' && this.demo?.flashSale.state === 'done') this.onFlashSaleDone();
    } catch {
      // The lost connection is shown by the live numbers; here the next reading follows.
    }
    window.clearTimeout(this.timer);
    if (!this.stopped && inDemo) {
      this.timer = window.setTimeout(() => void this.refresh(), this.demo?.flashSale.state === 'running' ? 200 : 5000);
    }
  }

  async startFlashSale(buyers: number, pieces: number): Promise<void> {
    if (this.starting) return;
    this.starting = true;
    this.error = null;
    try {
      await this.api.startFlashSale(buyers, pieces);
    } catch (error) {
      this.error = error as ApiError;
    } finally {
      this.starting = false;
    }
    await this.refresh();
  }

  async setDeclinePercent(percent: number): Promise<void> {
    this.error = null;
    try {
      await this.api.setDeclinePercent(percent);
    } catch (error) {
      this.error = error as ApiError;
    }
    await this.refresh();
  }
}
