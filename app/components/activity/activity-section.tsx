import { Button, Title } from '@mantine/core';
import { may } from '#app/domain/access/roles.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { RelativeTime } from '../relative-time.tsx';
import { useViewer } from '../use-viewer.ts';
import classes from './activity.module.css';
import { eventTone } from './event-tone.ts';
import { type ActivityPage, useActivity } from './use-activity.ts';

interface Props {
  /** The newest events, newest first. */
  activity: ActivityPage;
  campaign: Pick<CampaignJson, 'id' | 'status' | 'retry_count' | 'sent' | 'failed'>;
}

/** What happened to the campaign and who did it, newest first, with both logs to take away. */
export function ActivitySection({ activity, campaign }: Props) {
  const { events, hasMore, loading, showOlder } = useActivity(activity, campaign);
  const api = `/api/v1/campaigns/${campaign.id}`;
  return (
    <section className={classes.root} aria-labelledby="activity">
      <div className={classes.head}>
        <Title order={2} id="activity" className={classes.title}>
          Activity
        </Title>
        {may(useViewer(), 'people:export') && (
          <p className={classes.files}>
            Download as CSV: <a href={`${api}/activity.csv?delimiter=auto`}>activity</a>,{' '}
            <a href={`${api}/attempts.csv?delimiter=auto`}>every attempt</a>
          </p>
        )}
      </div>
      {events.length === 0 && <p className={classes.none}>Nothing has happened yet.</p>}
      <ol className={classes.list} reversed>
        {events.map((event) => (
          <li key={event.id} className={classes.event} data-tone={eventTone(event)}>
            <span className="name" dir="auto">
              {event.text}
            </span>
            <span className={classes.at}>
              <RelativeTime at={event.at} />
            </span>
          </li>
        ))}
      </ol>
      {hasMore && (
        <Button variant="default" size="xs" className="needs-script" loading={loading} onClick={showOlder}>
          Show older
        </Button>
      )}
    </section>
  );
}
