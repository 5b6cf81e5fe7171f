import { Title } from '@mantine/core';
import { Link } from '@remix-run/react';
import type { ReportCampaign } from '#app/domain/reporting/period.ts';
import minutes from '../campaign/minutes-card.module.css';
import { ChannelMark } from '../channel-mark.tsx';
import { Count } from '../number.tsx';
import classes from './reports.module.css';

const columns = [
  ['sent', 'Sent'],
  ['failed', 'Failed'],
  ['delivered', 'Delivered'],
  ['bounced', 'Bounced'],
  ['complained', 'Reported as spam'],
  ['unsubscribed', 'Unsubscribed'],
] as const;

/** What the period's numbers are made of: its largest campaigns, each with the way to it. */
export function CampaignsCard({ campaigns }: { campaigns: ReportCampaign[] }) {
  return (
    <section className={minutes.root} aria-labelledby="campaigns-of-period">
      <div className={minutes.head}>
        <Title order={2} id="campaigns-of-period" className={minutes.title}>
          Campaigns that began in this period
        </Title>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label="Campaigns with their numbers">
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Largest first</th>
              {columns.map(([name, words]) => (
                <th scope="col" key={name}>
                  {words}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {campaigns.map((campaign) => (
              <tr key={campaign.id}>
                <th scope="row">
                  <ChannelMark channel={campaign.channel} />{' '}
                  <Link to={`/campaigns/${campaign.id}`} className="name" dir="auto">
                    {campaign.name}
                  </Link>
                </th>
                {columns.map(([name]) => (
                  <td key={name}>
                    <Count value={campaign[name]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
