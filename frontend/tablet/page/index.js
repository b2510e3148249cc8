// Every page of the tablet by its name in the address; its template is templates/tablet/page/<name>.html.

import briefing from "./briefing.js";
import conflict from "./conflict.js";
import consent from "./consent.js";
import delivery from "./delivery.js";
import done from "./done.js";
import enrol from "./enrol.js";
import home from "./home.js";
import household from "./household.js";
import lock from "./lock.js";
import photo from "./photo.js";
import read from "./read.js";
import request from "./request.js";
import search from "./search.js";
import settings from "./settings.js";
import sheet from "./sheet.js";
import sign from "./sign.js";
import summary from "./summary.js";
import today from "./today.js";
import visit from "./visit.js";
import withdraw from "./withdraw.js";

/** @type {[string, import("../router.js").TabletPage][]} */
export const pages = [
  briefing, conflict, consent, delivery, done, enrol, home, household, lock, photo,
  read, request, search, settings, sheet, sign, summary, today, visit, withdraw,
].map((page) => [page.name, page]);
