export { tellAbandonedCarts } from './cart.abandonment';
export { Cart, CartLine } from './cart.entity';
export { CartVersionConflict, InsufficientStock, VariantNotForSale } from './cart.errors';
export { CartLineResolver } from './cart-line.resolver';
export { createCartLoaders } from './cart.loader';
export { CartResolver } from './cart.resolver';
export { touchCart } from './cart.rows';
export { CartService, type CartOutcome } from './cart.service';
export { CustomerCartResolver } from './customer-cart.resolver';
