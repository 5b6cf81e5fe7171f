import type { Operation } from './operation.ts';
import { alertOperations } from './operations/alerts.ts';
import { campaignOperations } from './operations/campaigns.ts';
import { recipientOperations } from './operations/recipients.ts';
import { suppressionOperations } from './operations/suppressions.ts';

/** Every call of the API, by name. */
export const operations = {
  ...campaignOperations,
  ...recipientOperations,
  ...alertOperations,
  ...suppressionOperations,
  describeApi: {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    permission: 'campaigns:read',
    status: 200,
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
