import { Code, Text } from '@mantine/core';
import { Link } from '@remix-run/react';
import { IconCircleCheck, IconCircleX, IconClock, IconHistory } from '@tabler/icons-react';
import { type AlertEvent, eventTexts } from '#app/domain/alerts/alert.ts';
import type { DeliveryJson } from '#app/domain/alerts/endpoint.ts';
import { EmptyState } from '../empty-state.tsx';
import { useNumbers } from '../number.tsx';
import { RelativeTime } from '../relative-time.tsx';
import { ActButton } from './act-button.tsx';
import classes from './delivery-list.module.css';
import { StateMark } from './state-mark.tsx';

const states = {
  delivered: { tone: 'green', icon: IconCircleCheck, label: 'Delivered' },
  pending: { tone: 'amber', icon: IconClock, label: 'Waiting' },
  failed: { tone: 'red', icon: IconCircleX, label: 'Failed' },
} as const;

function labelOf(type: DeliveryJson['type']): string {
  return type === 'webhook.test' ? 'Test' : eventTexts[type as AlertEvent].label;
}

/** What was sent to an endpoint, newest first; each opens to its tries, the receiver's answers and the payload. */
export function DeliveryList({ deliveries }: { deliveries: DeliveryJson[] }) {
  if (deliveries.length === 0) {
    return (
      <EmptyState icon={IconHistory} size="inset" title="Nothing sent yet">
        Send a test to see whether the receiver takes it. Alerts appear here with every try and what the receiver answered.
      </EmptyState>
    );
  }
  return (
    <ul className={classes.list}>
      {deliveries.map((delivery) => (
        <li key={delivery.id} className={classes.item}>
          <Delivery delivery={delivery} />
        </li>
      ))}
    </ul>
  );
}

function Delivery({ delivery }: { delivery: DeliveryJson }) {
  const { id, type, status, attempts, created_at, campaign_id, next_attempt_at, payload, message_id } = delivery;
  const state = states[status];
  const last = attempts.at(-1);
  return (
    <details className={classes.details}>
      <summary className={classes.summary}>
        <StateMark tone={state.tone} icon={state.icon}>
          {state.label}
        </StateMark>
        <span className={classes.type}>{labelOf(type)}</span>
        {payload.data.campaign && type !== 'webhook.test' && (
          <span className={`name ${classes.about}`} dir="auto">
            {payload.data.campaign.name}
          </span>
        )}
        <span className={classes.end}>
          {last && <span className="numeric">{last.status ?? 'no answer'}</span>}
          <RelativeTime at={created_at} />
        </span>
      </summary>
      <div className={classes.body}>
        {attempts.length === 0 && (
          <Text size="sm" c="dimmed">
            Not tried yet.
          </Text>
        )}
        <ol className={classes.attempts}>
          {attempts.map((attempt) => (
            <Attempt key={attempt.at} attempt={attempt} />
          ))}
        </ol>
        {next_attempt_at && attempts.length > 0 && (
          <Text size="sm">
            <RelativeTime at={next_attempt_at} prefix="Next try" />
          </Text>
        )}
        <details>
          <summary className={classes.more}>Payload</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre className={classes.payload} tabIndex={0}>
            {JSON.stringify(payload, null, 2)}
          </pre>
        </details>
        <div className={classes.foot}>
          <Code bg="transparent" c="dimmed" className={classes.id}>
            {message_id}
          </Code>
          {campaign_id && (
            <Link to={`/campaigns/${campaign_id}`} className={classes.link}>
              See the campaign
            </Link>
          )}
          <ActButton label="Send again" name={`${labelOf(type)}, delivery ${id}`} fields={{ intent: 'resend', delivery: String(id) }} />
        </div>
      </div>
    </details>
  );
}

function Attempt({ attempt }: { attempt: DeliveryJson['attempts'][number] }) {
  const { count } = useNumbers();
  const { at, status, latency_ms, error, response, actor } = attempt;
  return (
    <li className={classes.attempt}>
      <span>
        <RelativeTime at={at} />
        {actor && <span className="name">, sent by {actor}</span>}
      </span>
      <span className="numeric">
        {status ?? 'No answer'}, {count(latency_ms)} ms
      </span>
      {error && <span className={classes.error}>{error}</span>}
      {response && <span className={classes.response}>{response}</span>}
    </li>
  );
}
