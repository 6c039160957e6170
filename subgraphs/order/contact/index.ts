export { createContactPort, type ContactPort } from './contact.port';
