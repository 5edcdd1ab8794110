/** Names and values in a list. */
import { formatInstant } from '../format.ts';
import { language } from '../state.ts';

/** Fields that hold milliseconds since the epoch. */
const instants = new Set(['endDate', 'updatedAt']);

/** Names and values; what has no value is left out, and an instant is shown as a date too. */
export function Facts({ facts }: { facts: Record<string, unknown> }) {
  const known = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined);
  return (
    <dl class="facts">
      {known.map(([name, value]) => (
        <div key={name} data-fact={name}>
          <dt>{name}</dt>
          <dd>
            <code class="wrap">{typeof value === 'object' ? JSON.stringify(value) : String(value)}</code>
            {instants.has(name) && <small> {formatInstant(Number(value), language.value)}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
