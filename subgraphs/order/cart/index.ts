export { Cart, CartLine, MAX_LINES } from './cart.entity';
export { CartVersionConflict, InsufficientStock, VariantNotForSale } from './cart.errors';
export { CartLineResolver } from './cart-line.resolver';
export { createCartLoaders, type CartLoaders } from './cart.loader';
export { CartResolver } from './cart.resolver';
export { lockCart, readCarts, touchCart } from './cart.rows';
export { CartService } from './cart.service';
export { CustomerCartResolver } from './customer-cart.resolver';
