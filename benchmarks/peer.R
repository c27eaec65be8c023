# Rscript benchmarks/peer.R lme4|nlme FORMULA REML FOLDER REPEAT      prints one JSON object, as worker.py does
a <- commandArgs(trailingOnly = TRUE)
f <- list.files(a[4], pattern = "\\.f64$", full.names = TRUE)
d <- as.data.frame(lapply(setNames(f, sub("\\.f64$", "", basename(f))), function(p) readBin(p, "double", file.size(p) / 8, endian = "little")))
for (k in intersect(c("g", "c", "h", "k"), names(d))) d[[k]] <- factor(d[[k]])
reml <- a[3] == "reml"
if (a[1] == "lme4") {
  run <- function() as.numeric(logLik(lme4::lmer(as.formula(a[2]), d, REML = reml, control = lme4::lmerControl(calc.derivs = FALSE))))
} else if (grepl("| h)", a[2], fixed = TRUE)) {
  stop("crossed effects: not offered")
} else {
  fixed <- as.formula(sub(" \\+ \\(.*", "", a[2]))
  slope <- grepl("x1 \\|", a[2])
  top <- if (grepl("x1 \\|\\|", a[2])) nlme::pdDiag(~x1) else if (slope) nlme::pdSymm(~x1) else ~1
  random <- if ("c" %in% names(d)) list(g = top, c = ~1) else list(g = top)
  run <- function() as.numeric(logLik(nlme::lme(fixed, d, random, method = if (reml) "REML" else "ML", control = nlme::lmeControl(opt = "optim"))))
}
seconds <- c()
for (i in seq_len(as.integer(a[5]))) {
  start <- proc.time()[["elapsed"]]
  ll <- run()
  seconds <- c(seconds, proc.time()[["elapsed"]] - start)
  if (sum(seconds) > 60) break
}
peak <- as.numeric(sub("\\D*(\\d+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
cat(sprintf('{"seconds": [%s], "ll": %.8f, "before_mb": null, "peak_mb": %.1f}\n', paste(seconds, collapse = ", "), ll, peak))
