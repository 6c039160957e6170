import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { requireScope } from '../../../platform/auth';
import {
  ConnectionArgs,
  globalId,
  keyOf,
  Money,
  readPage,
  toConnection,
  type ConnectionOf,
  type SubgraphContext,
} from '../../../platform/federation';
import { actorOf } from '../audit';
import { Category, categoryOf, Product, productOf } from '../reference';
import { optionalText } from '../text';
import { DiscountCode, DiscountCodeConnection } from './discount-code.entity';
import {
  CreateDiscountCodeInput,
  DeleteDiscountCodeInput,
  readNewDiscount,
  readTerms,
  UpdateDiscountCodeInput,
} from './discount.inputs';
import { DeleteDiscountCodePayload, DiscountCodePayload } from './discount.payloads';
import type { DiscountCodeOutcome, DiscountService } from './discount.service';

const READ = 'orders:read';
const WRITE = 'orders:write';

/** What staff do to discount codes. */
@Resolver(() => DiscountCode)
export class DiscountResolver {
  constructor(
    private readonly discounts: DiscountService,
    private readonly currency: string,
  ) {}

  @Query(() => DiscountCodeConnection, { description: 'All discount codes, the newest first. For staff (scope orders:read).' })
  async discountCodes(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Arg('search', () => String, { nullable: true, description: 'A part of the code, up to 40 characters.' }) search:
      | string
      | null,
    @Ctx() context: SubgraphContext,
  ): Promise<ConnectionOf<DiscountCode>> {
    requireScope(context.viewer, READ);
    const part = optionalText(search, 'search', 40)?.toUpperCase() ?? null;
    return toConnection(await this.discounts.page({ page: readPage(page), search: part }));
  }

  @Mutation(() => DiscountCodePayload, { description: 'Makes a discount code. For staff (scope orders:write).' })
  async createDiscountCode(
    @Arg('input', () => CreateDiscountCodeInput, { description: 'The code and its terms.' }) input: CreateDiscountCodeInput,
    @Ctx() context: SubgraphContext,
  ): Promise<DiscountCodePayload> {
    requireScope(context.viewer, WRITE);
    return payload(await this.discounts.create(readNewDiscount(input, this.currency), actorOf(context.viewer)));
  }

  @Mutation(() => DiscountCodePayload, { description: 'Changes the terms of a discount code. For staff (scope orders:write).' })
  async updateDiscountCode(
    @Arg('input', () => UpdateDiscountCodeInput, { description: 'Which and what.' }) input: UpdateDiscountCodeInput,
    @Ctx() context: SubgraphContext,
  ): Promise<DiscountCodePayload> {
    requireScope(context.viewer, WRITE);
    const change = readTerms(input, this.currency);
    return payload(await this.discounts.update(keyOfCode(input), change, input.expectedVersion ?? null, actorOf(context.viewer)));
  }

  @Mutation(() => DeleteDiscountCodePayload, {
    description: 'Deletes a discount code that no order used. For staff (scope orders:write).',
  })
  async deleteDiscountCode(
    @Arg('input', () => DeleteDiscountCodeInput, { description: 'Which.' }) input: DeleteDiscountCodeInput,
    @Ctx() context: SubgraphContext,
  ): Promise<DeleteDiscountCodePayload> {
    requireScope(context.viewer, WRITE);
    const actor = actorOf(context.viewer);
    const { discount, errors } = await this.discounts.delete(keyOfCode(input), input.expectedVersion ?? null, actor);
    const deletedDiscountCodeId = discount && globalId('DiscountCode', discount.id);
    return Object.assign(new DeleteDiscountCodePayload(), { deletedDiscountCodeId, errors });
  }

  @FieldResolver(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id(@Root() discount: DiscountCode): string {
    return globalId('DiscountCode', discount.id);
  }

  @FieldResolver(() => Money, { nullable: true, description: 'What it takes off the goods; null for other kinds.' })
  amount(@Root() discount: DiscountCode): Money | null {
    return this.money(discount.amountMinor);
  }

  @FieldResolver(() => Money, { nullable: true, description: 'The least value of goods; null for none.' })
  minimumSubtotal(@Root() discount: DiscountCode): Money | null {
    return this.money(discount.minimumSubtotalMinor);
  }

  @FieldResolver(() => [Product], { description: 'Products that it is for; none, with no categories, for all.' })
  products(@Root() discount: DiscountCode): Product[] {
    return discount.productIds.map(productOf);
  }

  @FieldResolver(() => [Category], {
    description: 'Categories that it is for, with those below them; none, with no products, for all.',
  })
  categories(@Root() discount: DiscountCode): Category[] {
    return discount.categoryIds.map(categoryOf);
  }

  private money(minor: number | null): Money | null {
    return minor === null ? null : Money.ofMinor(minor, this.currency);
  }
}

function keyOfCode({ discountCodeId }: { readonly discountCodeId: string }): number {
  return keyOf('DiscountCode', discountCodeId, 'input.discountCodeId');
}

function payload({ discount, errors }: DiscountCodeOutcome): DiscountCodePayload {
  return Object.assign(new DiscountCodePayload(), { discountCode: discount, errors });
}
