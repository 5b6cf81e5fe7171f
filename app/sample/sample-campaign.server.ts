import { Readable } from 'node:stream';
import type { Viewer } from '#app/domain/access/roles.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { createCampaign } from '#app/domain/campaigns/create-campaign.server.ts';
import { importContacts } from '#app/domain/contacts/import-contacts.server.ts';
import type { Database } from '#db/database.ts';
import contacts from '../../public/sample-contacts.csv?raw';
import html from './sample-message.html?raw';

/** A draft that somebody new can look around in and send: content with variables, and a list with a duplicate and a bad address in it. */
export async function createSampleCampaign(db: Database, viewer: Viewer): Promise<CampaignJson> {
  const campaign = await createCampaign(db, viewer, {
    name: 'Sample: spring launch',
    channel: 'email',
    subject: '{{ first_name | default: "Hello" }}, spring is here',
    html,
    text: 'Hello {{ first_name | default: "there" }},\n\nour spring collection is here, and {{ city }} sees it first.\n',
  });
  await importContacts(db, {
    campaignId: campaign.id,
    viewer,
    source: Readable.from([Buffer.from(contacts)]),
    contentType: 'text/csv',
    fileName: 'sample-contacts.csv',
  });
  return campaign;
}
