import { Arg, Ctx, Field, FieldResolver, ID, InputType, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { hasScope, requireScope } from '../../../platform/auth';
import { globalId, type SubgraphContext } from '../../../platform/federation';
import type { LoaderDefinition } from '../../../platform/loaders';
import { NamedChangeInput, Order, OrderChangeError, readChange, type ChangeRefusal } from '../order';
import { User, userOf } from '../reference';
import { requiredText } from '../text';
import { OrderNote } from './note.entity';
import { maySeeNote } from './note.policy';
import type { NoteService } from './note.service';

export type NoteLoader = LoaderDefinition<number, OrderNote[], SubgraphContext>;

@InputType({ description: 'A note on an order.' })
export class AddOrderNoteInput extends NamedChangeInput {
  @Field(() => String, { description: 'The note, 1 to 2000 characters.' })
  text: string;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether the customer may read it.' })
  showToCustomer: boolean;
}

@ObjectType('AddOrderNotePayload', { description: 'The answer of addOrderNote.' })
export class AddOrderNotePayload {
  @Field(() => OrderNote, { nullable: true, description: 'The note; null when nothing happened.' })
  note: OrderNote | null;

  @Field(() => [OrderChangeError], { description: 'Why nothing happened; empty when it did.' })
  errors: readonly ChangeRefusal[];
}

@Resolver(() => Order)
export class NoteResolver {
  constructor(
    private readonly notes: NoteService,
    private readonly notesOfOrder: NoteLoader,
  ) {}

  @Mutation(() => AddOrderNotePayload, { description: 'Writes a note on an order. For staff (scope orders:write).' })
  async addOrderNote(
    @Arg('input', () => AddOrderNoteInput, { description: 'Which order, and what.' }) input: AddOrderNoteInput,
    @Ctx() context: SubgraphContext,
  ): Promise<AddOrderNotePayload> {
    requireScope(context.viewer, 'orders:write');
    const text = requiredText(input.text, 'input.text', 2_000);
    const request = { ...readChange(input), text, isShownToCustomer: input.showToCustomer };
    const { order, made, errors } = await this.notes.add(context, request);
    const notes = order ? await context.loaders.of(this.notesOfOrder).clear(order.id).load(order.id) : [];
    return Object.assign(new AddOrderNotePayload(), { note: notes.find(({ id }) => id === made) ?? null, errors });
  }

  @FieldResolver(() => [OrderNote], {
    description: 'What staff wrote on it, oldest first; customers see what was written for them.',
    name: 'staffNotes',
  })
  async staffNotes(@Root() order: Order, @Ctx() context: SubgraphContext): Promise<OrderNote[]> {
    const notes = await context.loaders.of(this.notesOfOrder).load(order.id);
    return notes.filter((note) => maySeeNote(context.viewer, note));
  }
}

@Resolver(() => OrderNote)
export class NoteFieldsResolver {
  @FieldResolver(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id(@Root() note: OrderNote): string {
    return globalId('OrderNote', note.id);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who wrote it, for staff; null for customers.' })
  author(@Root() note: OrderNote, @Ctx() { viewer }: SubgraphContext): User | null {
    return note.authorId === null || !hasScope(viewer, 'orders:read') ? null : userOf(note.authorId);
  }
}
