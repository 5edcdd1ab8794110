/** The charts of LOAD.md: bars and a curve, in SVG that follows the reader's colours. */
import { quantile } from '@alipayhk-pass/harness/report';
import { costOf, type Load } from './report.ts';

const style = `<style>
  text { font: 13px system-ui, sans-serif; fill: #333 } .bar { fill: #4078c0 } .line { fill: none; stroke: #4078c0; stroke-width: 2 }
  .axis { stroke: #999 } @media (prefers-color-scheme: dark) { text { fill: #ddd } }
</style>`;

/** SVG by name. */
export function chartsOf(load: Load): Record<string, string> {
  const { bare, bareSingle, floor, accept, put, whole, paced } = load;
  const bars: [string, number][] = [
    ['bare: sign and post', costOf(bare)],
    ['bare, an update a request', costOf(bareSingle)],
    ['a request that does nothing', costOf(floor)],
    ['accept by batch', costOf(accept)],
    ['accept by PUT', costOf(put)],
    ...whole.map((phase): [string, number] => [`whole way, ${phase.updates}`, costOf(phase)]),
  ];
  const cost = barsOf('Processor time of workerd per update, ms', bars);
  const latencies = [...(paced?.latencies ?? [])];
  return latencies.length === 0
    ? { cost }
    : { cost, latency: curveOf('Latency at half the highest rate, ms', latencies) };
}

function barsOf(title: string, bars: readonly [string, number][]): string {
  const most = Math.max(...bars.map(([, value]) => value));
  const rows = bars.map(([name, value], index) => {
    const y = 40 + index * 28;
    const width = Math.max(1, (value / most) * 360);
    return `<text x="160" y="${y + 14}" text-anchor="end">${name}</text>
<rect class="bar" x="170" y="${y}" width="${width.toFixed(1)}" height="20"/>
<text x="${(176 + width).toFixed(1)}" y="${y + 14}">${value.toFixed(2)}</text>`;
  });
  return svgOf(title, 600, 50 + bars.length * 28, rows.join('\n'));
}

/** The share of updates that were there after so many milliseconds. */
function curveOf(title: string, latencies: number[]): string {
  const parts = Array.from({ length: 101 }, (_, percent) => percent / 100);
  const values = parts.map((part) => quantile([...latencies], Math.max(0.001, part)));
  const most = Math.max(...values);
  const points = values.map(
    (value, percent) => `${(60 + (value / most) * 500).toFixed(1)},${(240 - percent * 2).toFixed(1)}`,
  );
  const marks = [0, 50, 99].map(
    (percent) => `<text x="52" y="${244 - percent * 2}" text-anchor="end">${percent} %</text>`,
  );
  const times = [0, 0.5, 1].map(
    (part) => `<text x="${60 + part * 500}" y="260" text-anchor="middle">${(most * part).toFixed(0)}</text>`,
  );
  return svgOf(
    title,
    600,
    270,
    `<path class="axis" d="M60 40V240H560" fill="none"/>${marks.join('')}${times.join('')}
<polyline class="line" points="${points.join(' ')}"/>`,
  );
}

function svgOf(title: string, width: number, height: number, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
${style}
<text x="10" y="22">${title}</text>
${content}
</svg>
`;
}
