// Starts the page.

import { Page } from "./page.js";
import { wirePanels } from "./panels.js";

wirePanels();
new Page().start();
