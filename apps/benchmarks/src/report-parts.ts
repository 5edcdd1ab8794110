/** What the reports of other workspaces use too: the machine, figures, tables. */
export { machine } from './machine.ts';
export { quantile } from './statistics.ts';
export { table } from './table.ts';
