// The live numbers as the page sees them: one connection for the whole page, opened by start() and closed by what it returns.

import { LiveConnection, initialLive, reduceLive, type LiveState } from './live';

class LiveFeed {
  state = $state.raw<LiveState>(initialLive);
  // Moves once a second while the connection is lost, for the countdown.
  now_ms = $state(Date.now());
  private connection: LiveConnection | null = null;

  readonly latest = $derived(this.state.ticks[this.state.ticks.length - 1] ?? null);
  readonly retryIn_s = $derived(
    this.state.connection.phase === 'lost' ? Math.max(0, Math.ceil((this.state.connection.retryAt_ms - this.now_ms) / 1000)) : 0,
  );

  // Calls back each time numbers come again after the connection was lost.
  start(onReturn: () => void): () => void {
    let lost = false;
    const connection = new LiveConnection(
      {
        open: () => new EventSource('/api/live'),
        now_ms: () => Date.now(),
        random: Math.random,
        setTimer: (callback, delay_ms) => window.setTimeout(callback, delay_ms),
        clearTimer: (timer) => window.clearTimeout(timer),
      },
      (action) => {
        this.now_ms = Date.now();
        this.state = reduceLive(this.state, action);
        if (action.type === 'lost') lost = true;
        if (action.type === 'opened' && lost) {
          lost = false;
          onReturn();
        }
      },
    );
    this.connection = connection;
    connection.start();
    const clock = window.setInterval(() => {
      if (this.state.connection.phase === 'lost') this.now_ms = Date.now();
    }, 500);
    const online = () => connection.retryNow();
    window.addEventListener('online', online);
    return () => {
      connection.stop();
      window.clearInterval(clock);
      window.removeEventListener('online', online);
    };
  }

  retryNow(): void {
    this.connection?.retryNow();
  }
}

export const feed = new LiveFeed();
