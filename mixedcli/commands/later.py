"""Commands of Stata that this version knows by name only, so that it can say so."""

from __future__ import annotations

#: command:minimum abbreviation, by what they belong to
_WORDS = """
    graph:gr twoway:tw scatter:sc line histogram:hist kdensity qnorm pnorm qqplot quantile lowess lpoly dotplot stem
    marginsplot rvfplot rvpplot avplot avplots lvr2plot coefplot catplot spagplot xtline tsline palette
    mi ice mim frame frames frget frlink bayes bayesmh bayesstats bayesgraph bayestest
    svyset svydescribe
    meglm melogit meqrlogit meprobit mepoisson meqrpoisson menbreg meologit meoprobit mecloglog meintreg metobit mestreg
    menl gllamm runmlwin xtmelogit xtmepoisson xtlogit xtprobit xtpoisson xtnbreg xtgee xtgls xtpcse xtabond xtivreg
    xttest1 xtunitroot xtologit xtoprobit
    logit:logit logistic:logistic probit:prob poisson:poisson nbreg ologit:olog oprobit:oprob mlogit:mlog mprobit clogit
    cloglog glm gnbreg zip zinb tobit truncreg intreg cnsreg rreg qreg sqreg iqreg bsqreg ivregress ivreg2 reghdfe
    sureg reg3 nl nlsur gmm sem gsem boxcox fracreg betareg heckman heckprob churdle eivreg frontier newey prais arima
    arch var:var varsoc vec fp mfp stepwise:sw nestreg lasso elasticnet sqrtlasso dslogit teffects stteffects eteffects
    stset stcox streg sts stcurve stdescribe stsplit stjoin stgen cox
    factor:fac factormat pca:pca rotate:rot cluster:clu discrim manova:mano mds ca mca canon alpha:al
    ranksum signrank signtest kwallis ksmirnov spearman ktau friedman median runtest nptrend
    prtest prtesti bitest bitesti sdtest sdtesti power sampsi sampclus icc kappa kap
    cii ameans ladder gladder swilk sfrancia sktest symmetry tetrachoric pcorr
    putexcel putdocx putpdf esttab estout outreg outreg2 outreg3 etable dtable dyndoc translate
    ml mlexp optimize moptimize nlogit asclogit cmclogit npregress spregress spset
    view window:win doedit edit:ed browse:br varmanage db
    ssd snapshot dydx integ
    fvset tsappend tsreport impute
    matname
    checksum zipfile unzipfile uselabel
"""

LATER: dict[str, str] = {word.partition(":")[0]: word.partition(":")[2] or word for word in _WORDS.split()}


def known_name(word: str) -> str | None:
    """The full name of a command that is known by name only."""
    if word in LATER:
        return word
    for name, least in LATER.items():
        if name.startswith(word) and len(word) >= len(least):
            return name
    return None
