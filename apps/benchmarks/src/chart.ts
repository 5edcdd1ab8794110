/** RESULTS.md's figures as a picture: a row for each runtime and job, a dot for each contender, the baseline at 1. */
import { median, quantile } from '@alipayhk-pass/harness/report';
import { baseline, type Run, ratios, sampleOf } from './targets.ts';

/** Colours of a picture, for a light page or a dark one. */
export interface Theme {
  ground: string;
  text: string;
  faint: string;
  contenders: Record<string, string>;
}

export const themes: Record<'light' | 'dark', Theme> = {
  light: {
    ground: '#ffffff',
    text: '#1f2328',
    faint: '#d1d9e0',
    contenders: {
      raw: '#6e7781',
      ours: '#0969da',
      'ours, node-crypto': '#1a7f37',
      noble: '#bc4c00',
      'node-forge': '#8250df',
    },
  },
  dark: {
    ground: '#0d1117',
    text: '#e6edf3',
    faint: '#30363d',
    contenders: {
      raw: '#9198a1',
      ours: '#58a6ff',
      'ours, node-crypto': '#3fb950',
      noble: '#f0883e',
      'node-forge': '#bc8cff',
    },
  },
};

const [width, left, right, top, rowHeight, gap] = [880, 150, 24, 64, 20, 14];
/** Ends of the axis, and what is written on it. */
const [least, most] = [0.7, 200];
const ticks = [1, 1.3, 2, 5, 10, 20, 50, 100];

/** Where a ratio lies; the axis is logarithmic. */
function x(ratio: number): number {
  const part = Math.log(Math.min(Math.max(ratio, least), most) / least) / Math.log(most / least);
  return left + part * (width - left - right);
}

/** An SVG. */
export function chart(runs: Run[], { ground, text, faint, contenders }: Theme): string {
  const parts: string[] = [];
  let y = top;
  for (const { name, times } of runs) {
    parts.push(label(8, y + 5, name, text, 'start', 'bold'));
    for (const job of Object.keys(times)) {
      parts.push(label(left - 10, y + 5, job, text, 'end'), line(left, y, width - right, y, faint));
      for (const [contender, colour] of Object.entries(contenders)) {
        const each = ratios(sampleOf(times, job, contender), sampleOf(times, job, baseline));
        const [low, middle, high] = [0.25, 0.5, 0.75].map((part) => x(quantile(each, part)).toFixed(1));
        const title = `<title>${name}, ${job}, ${contender}: ${median(each).toFixed(2)}</title>`;
        parts.push(
          `<line x1="${low}" y1="${y}" x2="${high}" y2="${y}" stroke="${colour}" stroke-width="3"/>`,
          `<circle cx="${middle}" cy="${y}" r="5" fill="${colour}">${title}</circle>`,
        );
      }
      y += rowHeight;
    }
    y += gap;
  }
  const axis = ticks.flatMap((tick) => [
    line(x(tick), top - 12, x(tick), y - gap, tick === 1 ? text : faint),
    label(x(tick), top - 18, `${tick}`, text, 'middle'),
  ]);
  const legend = Object.entries(contenders).map(([name, colour], index) => {
    const at = left + index * 140;
    return `<circle cx="${at}" cy="16" r="5" fill="${colour}"/>${label(at + 10, 21, name, text, 'start')}`;
  });
  const caption = label(width - right, y + 8, 'times as long as node:crypto by hand', text, 'end');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 20}" width="${width}" height="${y + 20}" font-family="system-ui, sans-serif" font-size="13">
<title>How many times as long as node:crypto by hand each way takes, by runtime and job</title>
<rect width="100%" height="100%" fill="${ground}"/>
${[...legend, ...axis, ...parts, caption].join('\n')}
</svg>
`;
}

function line(x1: number, y1: number, x2: number, y2: number, stroke: string): string {
  return `<line x1="${x1.toFixed(1)}" y1="${y1}" x2="${x2.toFixed(1)}" y2="${y2}" stroke="${stroke}"/>`;
}

function label(at: number, y: number, text: string, fill: string, anchor: string, weight = 'normal'): string {
  return `<text x="${at.toFixed(1)}" y="${y}" fill="${fill}" text-anchor="${anchor}" font-weight="${weight}">${text}</text>`;
}
