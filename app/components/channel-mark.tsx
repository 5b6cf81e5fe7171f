import { IconMail, IconMessage } from '@tabler/icons-react';
import type { Channel } from '#app/domain/channel.ts';

export const channelLabels: Record<Channel, string> = { email: 'Email', sms: 'SMS' };

/** The channel's icon with its word for screen readers. */
export function ChannelMark({ channel, size = 16 }: { channel: Channel; size?: number }) {
  const Icon = channel === 'email' ? IconMail : IconMessage;
  return <Icon size={size} stroke={1.7} role="img" aria-label={channelLabels[channel]} />;
}
