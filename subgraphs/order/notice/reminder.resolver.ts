import { Arg, Field, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import { badInput } from '../../../platform/errors';
import type { NoticeService } from './notice.service';
import { readUnsubscribeToken } from './unsubscribe-link';

@InputType({ description: 'Somebody who wants no more reminders.' })
export class StopCartRemindersInput {
  @Field(() => String, { description: 'Out of the link in a reminder.' })
  token: string;
}

@ObjectType('StopCartRemindersPayload', { description: 'The answer of stopCartReminders.', simpleResolvers: true })
export class StopCartRemindersPayload {
  @Field(() => Boolean, { description: 'Whether no more will come; false when the token is none of ours.' })
  isStopped: boolean;
}

@Resolver()
export class ReminderResolver {
  constructor(
    private readonly notices: NoticeService,
    private readonly linkSecret: string,
  ) {}

  @Mutation(() => StopCartRemindersPayload, {
    description: 'Ends reminders of carts for whoever got the link. Works without signing in, as often as one likes.',
  })
  async stopCartReminders(
    @Arg('input', () => StopCartRemindersInput, { description: 'Who.' }) { token }: StopCartRemindersInput,
  ): Promise<StopCartRemindersPayload> {
    if (token.length > 200) throw badInput('input.token', 'must have at most 200 characters');
    const userId = readUnsubscribeToken(token, this.linkSecret);
    if (userId !== null) await this.notices.refuseReminders(userId);
    return Object.assign(new StopCartRemindersPayload(), { isStopped: userId !== null });
  }
}
