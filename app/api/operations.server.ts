import { openApiDocument } from './openapi.server.ts';
import { alertOperations } from './operations/alerts.server.ts';
import { auditOperations } from './operations/audit.server.ts';
import { campaignOperations } from './operations/campaigns.server.ts';
import { type Operation, operation } from './operations/operation.ts';
import { recipientOperations } from './operations/recipients.server.ts';
import { suppressionOperations } from './operations/suppressions.server.ts';

/** Every call of the API, by name. */
export const operations: Record<string, Operation> = {
  ...campaignOperations,
  ...recipientOperations,
  ...alertOperations,
  ...suppressionOperations,
  ...auditOperations,
  describeApi: operation({
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    permission: 'campaigns:read',
    // It says what the documentation says, and is read before there is a key.
    open: true,
    status: 200,
    run: async () => Response.json(openApiDocument(operations), { headers: { 'Cache-Control': 'public, max-age=300' } }),
  }),
};
