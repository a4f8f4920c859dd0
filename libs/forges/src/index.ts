export {
  type AcceptedDelivery,
  type DeliveryRequest,
  type DeliveryResult,
  type RawHeaders,
  type RefusalCode,
  type RefusedDelivery,
  refusals,
} from './delivery.js';
export { recognize } from './forge/forges.js';
export { payloadPaths } from './payload-paths.js';
export { type StandardWebhookMessage, standardWebhookSignature } from './proof/standard-webhooks.js';
export { readDelivery } from './read-delivery.js';
