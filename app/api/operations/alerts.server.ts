import { listDeliveries, resendDelivery, testEndpoint } from '../../domain/alerts/deliveries.server.ts';
import { deliveryFilter, endpointPatch, newEndpoint } from '../../domain/alerts/endpoint-input.ts';
import {
  createEndpoint,
  deleteEndpoint,
  getEndpoint,
  listEndpoints,
  rotateSecret,
  updateEndpoint,
} from '../../domain/alerts/endpoints.server.ts';
import { operation } from './operation.ts';

export const alertOperations = {
  listWebhookEndpoints: operation({
    method: 'GET',
    path: '/webhook-endpoints',
    summary: 'Who is told of alerts, newest first; there are at most 50',
    permission: 'settings:write',
    status: 200,
    answer: 'WebhookEndpointPage',
    run: async ({ context }) => ({ data: await listEndpoints(context.db), next_cursor: null }),
  }),
  createWebhookEndpoint: operation({
    method: 'POST',
    path: '/webhook-endpoints',
    summary: 'Tell a URL of alerts; the secret to check signatures with is in this answer only',
    permission: 'settings:write',
    body: newEndpoint,
    status: 201,
    answer: 'WebhookEndpointWithSecret',
    problems: [409, 422],
    run: ({ context, viewer, body }) => createEndpoint(context.db, viewer, body, context.env),
  }),
  getWebhookEndpoint: operation({
    method: 'GET',
    path: '/webhook-endpoints/{id}',
    summary: 'One endpoint',
    permission: 'settings:write',
    status: 200,
    answer: 'WebhookEndpoint',
    run: ({ context, ids }) => getEndpoint(context.db, ids.id),
  }),
  updateWebhookEndpoint: operation({
    method: 'PATCH',
    path: '/webhook-endpoints/{id}',
    summary: 'Change an endpoint, or switch it on or off',
    permission: 'settings:write',
    body: endpointPatch,
    status: 200,
    answer: 'WebhookEndpoint',
    problems: [422],
    run: ({ context, ids, body }) => updateEndpoint(context.db, ids.id, body, context.env),
  }),
  deleteWebhookEndpoint: operation({
    method: 'DELETE',
    path: '/webhook-endpoints/{id}',
    summary: 'Remove an endpoint with its deliveries',
    permission: 'settings:write',
    status: 204,
    run: async ({ context, ids }) => {
      await deleteEndpoint(context.db, ids.id);
      return undefined;
    },
  }),
  rotateWebhookSecret: operation({
    method: 'POST',
    path: '/webhook-endpoints/{id}/rotate-secret',
    summary: 'A new secret, in this answer only; the former one signs beside it for 24 hours',
    permission: 'settings:write',
    status: 200,
    answer: 'WebhookEndpointWithSecret',
    run: ({ context, ids }) => rotateSecret(context.db, ids.id),
  }),
  testWebhookEndpoint: operation({
    method: 'POST',
    path: '/webhook-endpoints/{id}/test',
    summary: 'Post a made-up alert now, and answer with what the receiver said',
    permission: 'settings:write',
    status: 200,
    answer: 'WebhookDelivery',
    run: ({ context, viewer, ids }) => testEndpoint(context.db, viewer, ids.id, context.env),
  }),
  listWebhookDeliveries: operation({
    method: 'GET',
    path: '/webhook-endpoints/{id}/deliveries',
    summary: 'What was sent to an endpoint, newest first, with every try and its answer',
    permission: 'settings:write',
    query: deliveryFilter,
    status: 200,
    answer: 'WebhookDeliveryPage',
    problems: [422],
    run: ({ context, ids, query }) => listDeliveries(context.db, ids.id, query),
  }),
  resendWebhookDelivery: operation({
    method: 'POST',
    path: '/webhook-endpoints/{id}/deliveries/{did}/resend',
    summary: 'Post a delivery once more now, under the same webhook-id, and answer with what the receiver said',
    permission: 'settings:write',
    status: 200,
    answer: 'WebhookDelivery',
    run: ({ context, viewer, ids }) => resendDelivery(context.db, viewer, ids.id, ids.did, context.env),
  }),
};
