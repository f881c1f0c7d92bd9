export { units } from './units.js';
