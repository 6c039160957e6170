import { randomUUID } from 'node:crypto';
import { ownerAndStaff, staffOnly, type Row } from './matrix';
import type { Json } from './viewers';
import type { World } from './world';

function mutation(
  name: string,
  inputType: string,
  answer: string,
  row: Pick<Row, 'expected'> & { input(world: World): Promise<Json> },
): Row {
  return {
    field: `Mutation.${name}`,
    operation: `mutation ($input: ${inputType}!) { ${name}(input: $input) { ${answer} { id } errors { __typename } } }`,
    variables: async (world) => ({ input: { idempotencyKey: randomUUID(), ...(await row.input(world)) } }),
    expected: row.expected,
  };
}

/** What happens to an order after it was placed. */
export const afterRows: readonly Row[] = [
  { field: 'Query.orderReturns', operation: '{ orderReturns(first: 1) { nodes { id } totalCount } }', expected: staffOnly },
  mutation('deliverShipment', 'DeliverShipmentInput', 'order', {
    input: async (world) => {
      const { id: orderId, shipmentId } = await world.shipped();
      return { orderId, shipmentId };
    },
    expected: staffOnly,
  }),
  mutation('refundPartially', 'RefundPartiallyInput', 'order', {
    input: async (world) => ({ orderId: (await world.order()).id, reason: 'Late', amount: { amount: '1.00' } }),
    expected: staffOnly,
  }),
  mutation('requestReturn', 'RequestReturnInput', 'return', {
    input: async (world) => {
      const { id: orderId, itemId } = await world.shipped();
      return { orderId, lines: [{ itemId, quantity: 1 }], reason: 'DAMAGED' };
    },
    expected: ownerAndStaff('OrderNotFound'),
  }),
  mutation('approveReturn', 'AnswerReturnInput', 'return', {
    input: async (world) => ({ returnId: await world.askedReturn() }),
    expected: staffOnly,
  }),
  mutation('refuseReturn', 'AnswerReturnInput', 'return', {
    input: async (world) => ({ returnId: await world.askedReturn(), answer: 'Worn.' }),
    expected: staffOnly,
  }),
  mutation('receiveReturn', 'ReceiveReturnInput', 'return', {
    input: async (world) => ({ returnId: await world.askedReturn(true) }),
    expected: staffOnly,
  }),
  mutation('addOrderNote', 'AddOrderNoteInput', 'note', {
    input: async (world) => ({ orderId: (await world.order()).id, text: 'Fragile.' }),
    expected: staffOnly,
  }),
];

/** What stands behind an order that somebody may see. */
export const afterObjectRows: readonly Row[] = [
  {
    field: 'Order.auditTrail (of a visible order)',
    operation: 'query ($id: ID!) { order(id: $id) { auditTrail(first: 1) { nodes { action } } } }',
    variables: async (world) => ({ id: (await world.order()).id }),
    pick: (data: { order: { auditTrail: unknown } | null }) => data.order?.auditTrail,
    expected: { anonymous: 'null', customer: 'FORBIDDEN', other: 'null', staff: 'allowed', admin: 'allowed' },
  },
  {
    field: 'OrderNote.author',
    operation: 'query ($id: ID!) { order(id: $id) { staffNotes { author { id } } } }',
    variables: async (world) => ({ id: await world.notedOrder() }),
    pick: (data: { order: { staffNotes: { author: unknown }[] } | null }) => data.order?.staffNotes[0]?.author,
    expected: { anonymous: 'null', customer: 'null', other: 'null', staff: 'allowed', admin: 'allowed' },
  },
];
