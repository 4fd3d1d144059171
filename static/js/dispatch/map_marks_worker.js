/* Draws what stands on the map beside the page. */

import { Artist } from "./map_marks_artist.js";
import { serve } from "./map_painter_worker.js";

serve(new Artist());
