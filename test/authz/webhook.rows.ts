import { everyone, staffOnly, type Row } from './matrix';
import type { Json } from './viewers';
import { askAs, type World } from './world';

const CREATE = `mutation ($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { endpoint { id } errors { __typename } } }`;
const TEST = `mutation ($input: WebhookEndpointInput!) { sendTestWebhook(input: $input) { delivery { id } errors { __typename } } }`;
// Nobody listens there.
const NEW = { url: 'http://127.0.0.1:9/', topics: ['CATEGORY_CHANGED'] };

/** An endpoint of staff, which goes with the row that it was made for. */
async function endpointId(world: World): Promise<string> {
  const { data } = await askAs(world, world.account('staff'), CREATE, { input: NEW });
  return (data as { createWebhookEndpoint: { endpoint: { id: string } } }).createWebhookEndpoint.endpoint.id;
}

async function deliveryId(world: World): Promise<string> {
  const { data } = await askAs(world, world.account('staff'), TEST, { input: { endpointId: await endpointId(world) } });
  return (data as { sendTestWebhook: { delivery: { id: string } } }).sendTestWebhook.delivery.id;
}

function change(name: string, type: string, answer: string, variables: (world: World) => Json | Promise<Json>): Row {
  return {
    field: `Mutation.${name}`,
    operation: `mutation ($input: ${type}!) { ${name}(input: $input) { ${answer} errors { __typename } } }`,
    variables,
    expected: staffOnly,
  };
}

const ofEndpoint = async (world: World): Promise<Json> => ({ input: { endpointId: await endpointId(world) } });

/** Webhooks out, and the end of reminders. */
export const webhookRows: readonly Row[] = [
  {
    field: 'Query.webhookEndpoints',
    operation: '{ webhookEndpoints(first: 1) { nodes { url deliveries(first: 1) { nodes { body } } } totalCount } }',
    expected: staffOnly,
  },
  {
    field: 'Query.webhookEndpoint',
    operation: 'query ($id: ID!) { webhookEndpoint(id: $id) { url } }',
    variables: async (world) => ({ id: await endpointId(world) }),
    expected: staffOnly,
  },
  change('createWebhookEndpoint', 'CreateWebhookEndpointInput', 'endpoint { id } secret', () => ({ input: NEW })),
  change('updateWebhookEndpoint', 'UpdateWebhookEndpointInput', 'endpoint { id }', ofEndpoint),
  change('rotateWebhookSecret', 'RotateWebhookSecretInput', 'secret', ofEndpoint),
  change('sendTestWebhook', 'WebhookEndpointInput', 'delivery { id }', ofEndpoint),
  change('redeliverWebhook', 'RedeliverWebhookInput', 'delivery { id }', async (world) => ({
    input: { deliveryId: await deliveryId(world) },
  })),
  change('deleteWebhookEndpoint', 'WebhookEndpointInput', 'endpoint { id }', ofEndpoint),
  {
    field: 'Mutation.stopCartReminders',
    operation: 'mutation ($input: StopCartRemindersInput!) { stopCartReminders(input: $input) { isStopped } }',
    variables: () => ({ input: { token: 'usr_000000000.not-signed' } }),
    expected: everyone(),
  },
];
