export { createAssortmentPort } from './assortment.port';
export { CartDiscountService } from './cart-discount.service';
export { createCartPriceLoader } from './cart-price.loader';
export { CartPriceResolver } from './cart-price.resolver';
export { QuoteService, type Quote } from './quote.service';
export { CheckoutQuote } from './quote.types';
