import { z } from 'zod';
import type { CampaignStatus } from '../campaigns/campaign.ts';
import type { Channel } from '../channel.ts';
import { pageLimit } from '../page-limit.ts';
import type { RecipientJson } from '../recipients/recipient.ts';
import type { SuppressionReason, SuppressionReasonJson } from '../suppressions/suppression.ts';

/** One message to a person: a line of some campaign's ledger. */
export interface PersonMessage {
  campaign: { id: number; name: string; channel: Channel; status: CampaignStatus };
  recipient: RecipientJson;
  /** Found by these columns of the contact file. */
  matched?: { name: string; value: string }[];
}

export interface PeoplePage {
  data: PersonMessage[];
  next_cursor: string | null;
  /** Of a search by details, which begins with the newest: about how many recipients it has looked at (in steps), and whether those are all. */
  looked_through?: { recipients: number; all: boolean };
}

export interface SuppressedAddress {
  /** Of the suppression list. */
  id: number;
  address: string;
  /** The weightiest. */
  reason: SuppressionReason;
  created_at: string;
  reasons: SuppressionReasonJson[];
}

export interface Person {
  address: string;
  channel: Channel;
  /** Newest first. */
  messages: PersonMessage[];
  suppressed: SuppressedAddress | null;
}

/** A page of messages, by address as it comes, put together by person. */
export function byPerson(messages: readonly PersonMessage[], suppressed: readonly SuppressedAddress[]): Person[] {
  const people: Person[] = [];
  for (const message of messages) {
    const { address } = message.recipient;
    let person = people.at(-1);
    if (person?.address !== address) {
      person = {
        address,
        channel: message.campaign.channel,
        messages: [],
        suppressed: suppressed.find((one) => one.address === address) ?? null,
      };
      people.push(person);
    }
    person.messages.push(message);
  }
  return people;
}

/** GET /people. */
export const peopleFilter = z.object({
  q: z
    .string('Enter an address or a phone number.')
    .trim()
    .min(1, 'Enter an address or a phone number.')
    .max(320, 'This is too long for an address.')
    .describe(
      'An address or phone number in any spelling, whole or its beginning. Where none begins so: a provider’s message id, then words of the contact file’s columns or the last digits of a number.',
    ),
  by: z
    .enum(['address', 'details'])
    .optional()
    .describe('`address`: nothing but addresses and numbers; `details`: at once by columns of the contact file and last digits.'),
  only: z.enum(['not_arrived']).optional().describe('Only messages that failed, bounced or were not delivered.'),
  cursor: z.string().max(2000).optional(),
  limit: pageLimit,
});

export type PeopleFilter = z.input<typeof peopleFilter>;
