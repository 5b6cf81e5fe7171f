import { namedSuppression, newSuppression, suppressionFilter } from '../../domain/suppressions/suppression.ts';
import type { Operation } from '../operation.ts';

export const suppressionOperations = {
  listSuppressions: {
    method: 'GET',
    path: '/suppressions',
    summary: 'Who is never sent to, the newest first; with q in the order of addresses',
    permission: 'campaigns:read',
    query: suppressionFilter,
    status: 200,
    answer: 'SuppressionPage',
    problems: [422],
  },
  addSuppression: {
    method: 'POST',
    path: '/suppressions',
    summary: 'Never send to an address or number; one that is on the list already stays there',
    permission: 'suppressions:write',
    body: newSuppression,
    status: 201,
    answer: 'Suppression',
    problems: [409, 422],
  },
  removeSuppression: {
    method: 'DELETE',
    path: '/suppressions',
    summary: 'Send to it again; named by channel and address, in the body or in the query',
    permission: 'suppressions:write',
    query: namedSuppression,
    body: namedSuppression,
    status: 204,
    problems: [404, 422],
  },
  removeSuppressionById: {
    method: 'DELETE',
    path: '/suppressions/{id}',
    summary: 'Send to it again; named by the id that the list tells',
    permission: 'suppressions:write',
    status: 204,
  },
} as const satisfies Record<string, Operation>;
