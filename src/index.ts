import { PLUGIN_ID } from "./host/names.ts";
import { server } from "./host/plugin.ts";

export default { id: PLUGIN_ID, server };
