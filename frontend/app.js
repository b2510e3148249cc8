// What pages do in the browser beyond links and forms. Every page works without it; this file makes the work quicker and safer.
// Modules listen on the document, so that parts of a page that come later (a row, an answer to an upload) need no set-up;
// `enhance` does the rest for a piece of a page.

import { startAnswers } from "./page/answers.js";
import { startAutosave } from "./page/autosave.js";
import { startConditions } from "./page/condition.js";
import { openDialogsWithErrors, startDialogs } from "./page/dialog.js";
import { startDownloads } from "./page/download.js";
import { startGuard } from "./page/guard.js";
import { showLines, startLines } from "./page/lines.js";
import { startMenus } from "./page/menu.js";
import { startPolling } from "./page/poll.js";
import { startProgress } from "./page/progress.js";
import { startReveal } from "./page/reveal.js";
import { startRows } from "./page/rows.js";
import { startSheet } from "./page/sheet.js";
import { focusSummary, startSummary } from "./page/summary.js";
import { startThemeChoice } from "./page/theme-choice.js";
import { startUploads } from "./page/upload.js";
import { startWall } from "./page/wall.js";

/** @param {ParentNode} root a page, or the part of one that was just put in place */
function enhance(root) {
  startConditions(root);
  startAnswers(root);
  startProgress(root);
  startAutosave(root);
  startPolling(root);
  openDialogsWithErrors(root);
  showLines(root);
  focusSummary(root);
}

startMenus();
startThemeChoice();
startDialogs();
startSummary();
startRows();
startReveal();
startLines();
startSheet();
startGuard();
startUploads(enhance);
startDownloads(enhance);
startWall();
enhance(document);
document.body.dataset.ready = "true";
