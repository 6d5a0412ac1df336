/**
 * Puts the page together: one connection, one store, and every part mounted where index.html has a place for it.
 */

import { Connection } from "./connection.js";
import { Store } from "./store.js";

const connection = new Connection();
const store = new Store(connection);
export const context = { store, connection };

connection.connect();
