import type { CampaignStatus } from '#app/domain/campaigns/campaign.ts';
import type { RecipientStatus } from '#app/domain/recipients/recipient.ts';
import classes from './status-badge.module.css';
import { campaignLooks, type Look, recipientLooks } from './status-look.ts';

interface Style {
  /** `pill` stands alone; `plain` is for rows of tables, where twenty pills would shout. */
  variant?: 'pill' | 'plain';
}

function Badge({ look: { label, tone, icon: Icon }, variant = 'pill', busy = false }: Style & { look: Look; busy?: boolean }) {
  return (
    <span className={classes.badge} data-variant={variant} data-tone={tone} data-busy={busy || undefined}>
      <Icon size={14} stroke={2} aria-hidden />
      {/* Another status is another element: a translated page keeps its own words in this one. */}
      <span key={label}>{label}</span>
    </span>
  );
}

export function CampaignStatusBadge({ status, variant }: Style & { status: CampaignStatus }) {
  return <Badge look={campaignLooks[status]} variant={variant} busy={status === 'SENDING'} />;
}

export function RecipientStatusBadge({ status, variant }: Style & { status: RecipientStatus }) {
  return <Badge look={recipientLooks[status]} variant={variant} />;
}
