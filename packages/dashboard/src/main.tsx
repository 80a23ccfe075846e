/** @file Starts the dashboard. */
import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style/tokens.css";
import "./style/base.css";
import "./style/shell.css";
import "./style/runs.css";
import "./style/run-table.css";
import "./style/run.css";
import "./style/charts.css";
import "./style/media.css";
import "./style/markdown.css";
import { Shell } from "./components/shell.tsx";
import { AppContext, createApp } from "./state/app.ts";

const app = createApp(window);
const root = document.getElementById("app");
if (root !== null) {
  render(
    <AppContext.Provider value={app}>
      <Shell />
    </AppContext.Provider>,
    root,
  );
}
