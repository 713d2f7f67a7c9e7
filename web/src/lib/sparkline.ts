// A line over the last two minutes as SVG path data. Time decides where a point lies, so seconds in which nothing was
// heard are a gap and not a straight line drawn over them.

export interface Point {
  at_ms: number;
  value: number;
}

export interface Sparkline {
  line: string;
  area: string;
  last: { x: number; y: number } | null;
  maximum: number;
}

const gap_ms = 2500;

// The line spans what has been heard, at least half a minute and at most two minutes, so that a page just opened does not
// show two minutes of nothing.
export function heardWindow_s(points: readonly { at_ms: number }[]): number {
  const first = points[0];
  const newest = points[points.length - 1];
  if (!first || !newest) return 30;
  return Math.min(120, Math.max(30, Math.ceil((newest.at_ms - first.at_ms) / 1000)));
}

// The next of 1, 2, 2.5, 5 x 10^n, so that the scale does not twitch with every second.
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 2, 2.5, 5, 10]) if (value <= step * power * (1 + 1e-9)) return step * power;
  return 10 * power;
}

const short = (value: number) => String(Math.round(value * 10) / 10);

export function sparkline(points: readonly Point[], width: number, height: number, window_ms: number): Sparkline {
  const newest = points[points.length - 1];
  if (!newest) return { line: '', area: '', last: null, maximum: 1 };
  const maximum = niceCeiling(Math.max(...points.map((point) => point.value)));
  const place = (point: Point) => ({
    x: width - ((newest.at_ms - point.at_ms) / window_ms) * width,
    y: height - (Math.max(0, point.value) / maximum) * height,
  });
  let line = '';
  let area = '';
  let run: { x: number; y: number }[] = [];
  const close = () => {
    const first = run[0];
    const final = run[run.length - 1];
    if (!first || !final) return;
    const path = run.map((at, index) => `${index === 0 ? 'M' : 'L'}${short(at.x)} ${short(at.y)}`).join('');
    line += run.length === 1 ? `${path}h0.1` : path;
    area += `${path}L${short(final.x)} ${short(height)}L${short(first.x)} ${short(height)}Z`;
    run = [];
  };
  points.forEach((point, index) => {
    const before = points[index - 1];
    if (before && point.at_ms - before.at_ms > gap_ms) close();
    run.push(place(point));
  });
  close();
  return { line, area, last: place(newest), maximum };
}
