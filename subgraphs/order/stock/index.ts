export { createOfferLoader, type OfferLoader } from './offer.loader';
export { createStockPort, type Offer, type Shortage, type StockPort } from './stock.port';
