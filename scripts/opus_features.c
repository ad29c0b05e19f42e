/* What Opus's detector of music reads and says, a line for each 20 ms of sound.
 *
 * Sound comes in as mono 16-bit samples, 16,000 a second. A line has the 25 features that src/analysis.c
 * hands to its first layer, then the probabilities of music and of any voice or music that its last one says.
 */
#include "config.h"

#include "mlp.h"

#include <stdio.h>

#define FEATURES 25
#define FRAME 320

static void traced(const DenseLayer *layer, float *output, const float *input)
{
   int i;
   compute_dense(layer, output, input);
   if (layer->nb_inputs == FEATURES)
      for (i = 0; i < FEATURES; i++)
         printf("%.9g ", input[i]);
   else
      printf("%.9g %.9g\n", output[0], output[1]);
}

#define compute_dense traced
#include "src/analysis.c"
#undef compute_dense
#include "opus_custom.h"
#include "src/opus_private.h"

int main(void)
{
   int error;
   short samples[FRAME];
   static TonalityAnalysisState state;
   AnalysisInfo info;
   CELTMode *mode = opus_custom_mode_create(48000, 960, &error);
   tonality_analysis_init(&state, 16000);
   while (fread(samples, sizeof *samples, FRAME, stdin) == FRAME)
      run_analysis(&state, mode, samples, FRAME, FRAME, 0, -2, 1, 16000, 16, downmix_int, &info);
   return 0;
}
