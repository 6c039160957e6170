export { OfferResolver } from './offer.resolver';
export { OfferService } from './offer.service';
