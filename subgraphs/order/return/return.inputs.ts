import { Field, ID, InputType, Int } from 'type-graphql';
import { badInput } from '../../../platform/errors';
import { keyOf } from '../../../platform/federation';
import { readKey } from '../../../platform/idempotency';
import { NamedChangeInput, OrderLineInput, readChange, readLines } from '../order';
import { optionalText, requiredText } from '../text';
import { ReturnReason } from './return.entity';
import type { ReceivedLine, ReturnRequest, ReturnStep } from './return.service';

@InputType({ description: 'Goods to send back.' })
export class RequestReturnInput extends NamedChangeInput {
  @Field(() => [OrderLineInput], { description: 'Which, of those that have left; 1 to 200 lines.' })
  lines: OrderLineInput[];

  @Field(() => ReturnReason, { description: 'Why.' })
  reason: ReturnReason;

  @Field(() => String, { nullable: true, description: 'More about it, for the shop; at most 1000 characters.' })
  comment?: string | null;
}

@InputType({ description: 'A return to answer.' })
export class AnswerReturnInput {
  @Field(() => ID, { description: 'The return.' })
  returnId: string;

  @Field(() => String, {
    nullable: true,
    description:
      'What to tell the customer, such as where to send the goods, or why not; at most 1000 characters. Needed to refuse.',
  })
  answer?: string | null;

  @Field(() => String, {
    description: 'Your name for this request, 8 to 200 characters: sent again with it, it is done once and answered alike.',
  })
  idempotencyKey: string;
}

@InputType({ description: 'What came of a line.' })
export class ReceivedLineInput {
  @Field(() => ID, { description: 'The line: an OrderItem of the return.' })
  itemId: string;

  @Field(() => Int, { description: 'How many came: 0 to as many as were to come.' })
  quantity: number;

  @Field(() => Boolean, { defaultValue: true, description: 'Whether they go on the shelf again; damaged goods do not.' })
  restock: boolean;
}

@InputType({ description: 'Goods that came back.' })
export class ReceiveReturnInput {
  @Field(() => ID, { description: 'The return.' })
  returnId: string;

  @Field(() => [ReceivedLineInput], {
    nullable: true,
    description: 'What came; lines that are not named did not come. When absent, everything came and goes on the shelf.',
  })
  lines?: ReceivedLineInput[] | null;

  @Field(() => String, {
    description: 'Your name for this request, 8 to 200 characters: sent again with it, it is done once and answered alike.',
  })
  idempotencyKey: string;
}

export function readReturnRequest(input: RequestReturnInput): ReturnRequest {
  const comment = optionalText(input.comment, 'input.comment', 1_000);
  return { ...readChange(input), lines: readLines(input.lines), reason: input.reason, comment };
}

export function readApproval({ answer, ...step }: AnswerReturnInput) {
  return { ...readStep(step), answer: optionalText(answer, 'input.answer', 1_000) };
}

export function readRefusal({ answer, ...step }: AnswerReturnInput) {
  return { ...readStep(step), answer: requiredText(answer ?? '', 'input.answer', 1_000) };
}

export function readReceipt({ lines, ...step }: ReceiveReturnInput) {
  return { ...readStep(step), lines: lines ? readReceivedLines(lines) : null };
}

function readStep({ returnId, idempotencyKey }: { returnId: string; idempotencyKey: string }): ReturnStep {
  return { returnId: keyOf('OrderReturn', returnId, 'input.returnId'), idempotencyKey: readKey(idempotencyKey) };
}

function readReceivedLines(lines: readonly ReceivedLineInput[]): ReceivedLine[] {
  const read = lines.map(({ itemId, quantity, restock }) => ({
    itemId: keyOf('OrderItem', itemId, 'input.lines.itemId'),
    quantity,
    isRestocked: restock,
  }));
  if (new Set(read.map(({ itemId }) => itemId)).size < read.length) throw badInput('input.lines', 'must name each line once');
  if (read.some(({ quantity }) => quantity < 0)) throw badInput('input.lines.quantity', 'must be 0 or more');
  return read;
}
