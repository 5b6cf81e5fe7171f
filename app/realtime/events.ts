/**
 * Rooms and events of the live connection (Socket.IO, path /socket.io), named and typed in one place for both ends.
 * Pure: the browser bundle and the server import it alike.
 */
import type { NotificationJson } from '../domain/alerts/alert.ts';
import type { CampaignProgress } from '../domain/campaigns/campaign.ts';
import type { CampaignSummary } from '../domain/campaigns/campaign-json.ts';
import type { RecipientChange, WatchedRows } from '../domain/recipients/recipient.ts';

export const rooms = {
  /** Everybody who has one campaign open. */
  campaign: (id: number) => `campaign:${id}`,
  /** Everybody who looks at the list of campaigns; gets `campaign:progress` of all of them. */
  campaigns: 'campaigns',
  /** Every signed-in page; gets `notification`. */
  notifications: 'notifications',
  /** Those who may change settings; gets the notifications about them. */
  administrators: 'notifications:administrators',
} as const;

/** Why a request over the socket was not served. `code` is one of the REST API's. */
interface LiveError {
  error: { code: string };
}

export interface RecipientsChanged {
  campaign_id: number;
  /** The campaign's version after the newest of these changes. */
  version: number;
  /**
   * The version of the `recipients:changed` before this one. For a socket that watches rows: the last one that concerned it, or the
   * version of the watch's answer; else every change of a row that it does not watch would look like a gap.
   */
  since: number;
  recipients: RecipientChange[];
  /** A bulk move: rows are not listed, whoever shows some asks again. */
  many?: boolean;
}

export interface ServerEvents {
  'campaign:progress': (progress: CampaignProgress) => void;
  'recipients:changed': (change: RecipientsChanged) => void;
  /** The server itself missed something (its LISTEN connection was lost): join again. */
  'campaign:resync': (event: { campaign_id: number }) => void;
  /** A campaign was made, or is gone: whoever shows a list asks for it again. */
  'campaigns:changed': (event: { id: number }) => void;
  /** Something happened that people should know of; the same for everybody, so always unread. */
  notification: (notification: NotificationJson) => void;
  /** Notifications may have been missed: ask for the list again. */
  'notifications:resync': () => void;
}

export interface ClientEvents {
  /**
   * Joins the campaign's room first and reads the snapshot after that, so that nothing falls between the two.
   * The campaign comes without its content (`html`, `text`). `server_time` lets countdowns be right where the reader's clock is wrong.
   */
  'campaign:join': (
    request: { id: number },
    answer: (result: { campaign: CampaignSummary; server_time?: string } | LiveError) => void,
  ) => void;
  'campaign:leave': (request: { id: number }) => void;
  'campaigns:join': (answer?: (result: { ok: true } | LiveError) => void) => void;
  'campaigns:leave': () => void;
  /** The rows on screen; replaces the socket's former watch of that campaign. At most `MAX_WATCHED` ids. */
  'recipients:watch': (request: { campaign_id: number; ids: number[] }, answer?: (result: WatchedRows | LiveError) => void) => void;
}

/** Ids of one `recipients:watch`; the API's largest page. */
export const MAX_WATCHED = 500;

/** `campaign:progress` and `recipients:changed` come at most this often a room, in ms. */
export const EMIT_INTERVAL_MS = 100;
