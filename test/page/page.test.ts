// Tests the page of `lj timeline --html` in one browser. The suites are in the other files of this folder.
import { useBrowser } from "./browser.js";
import "./drawing.js";
import "./large.js";
import "./look.js";
import "./movement.js";

useBrowser();
