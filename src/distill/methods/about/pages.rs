//! The words of the pages.

use super::About;

const ANY_NETWORK: &str = "Any network of the list.";
const TRANSFORMER: &str = "A transformer: the patches of a picture are compared one by one.";
const TO_ARXIV_SSCD: (&str, &str) = (
    "Pizzi et al., A Self-Supervised Descriptor for Image Copy Detection, CVPR 2022",
    "https://arxiv.org/abs/2202.10261",
);
const TO_ARXIV_RDCD: (&str, &str) = (
    "RDCD: relational self-supervised distillation with compact descriptors for copy detection",
    "https://arxiv.org/abs/2405.17928",
);
const TO_ARXIV_ISC21: (&str, &str) = (
    "Yokoo, Contrastive Learning with Large Memory Bank and Negative Embedding Subtraction, 2021",
    "https://arxiv.org/abs/2112.04323",
);
const TO_ARXIV_DINO: (&str, &str) = (
    "Caron et al., Emerging Properties in Self-Supervised Vision Transformers, ICCV 2021",
    "https://arxiv.org/abs/2104.14294",
);

pub(in super::super) const SSCD: About = About {
    purpose: "A model for finding edited copies, made from your pictures alone. Take it where there \
              is no good teacher, or to make one; learning from a teacher is faster.",
    teacher: "None.",
    pictures: "Any, without labels; the more kinds the better, some tens of thousands for a model \
               from nothing. Two edited versions are made of each picture.",
    student: ANY_NETWORK,
    formula: "L  = info-nce + weight x entropy\n\
              info-nce = -log( e^(z.z'/T) / ( e^(z.z'/T) + sum over other pictures of e^(z.z_k/T) ) )\n\
              entropy  = -log | z - nearest z of another picture |",
    deviations: &[
        "Published: batches of 4,096 with LARS. Here: SGD and a batch that one computer can hold, \
         with the smaller weight of the entropy that the authors advise for another batch.",
        "The recipe `copies` has a wider choice of edits than the paper.",
    ],
    sources: &[
        TO_ARXIV_SSCD,
        (
            "Code",
            "https://github.com/facebookresearch/sscd-copy-detection",
        ),
    ],
};

pub(in super::super) const ICD: About = About {
    purpose: "A small student that tells copies apart by itself and sees a crowd of pictures as \
              its teacher does. Take RDCD unless you want the first version.",
    teacher: "A model for copies, such as SSCD; its descriptor has the length of the student's, or \
              a layer between them learns to.",
    pictures: "Any, without labels. Two edited versions are made of each picture.",
    student: ANY_NETWORK,
    formula: "L = info-nce + similarity\n\
              C = [ teacher descriptors of this step ; memory q ]\n\
              similarity = -0.1 x sum over C of softmax( t.C / T ) log softmax( z.C / T )",
    deviations: &[
        "Both sides are of length 1; in the published code the rows of the teacher are not.",
    ],
    sources: &[TO_ARXIV_RDCD, TO_ARXIV_SSCD],
};

pub(in super::super) const RDCD: About = About {
    purpose: "A small, fast student with a short descriptor, taught by a large model: what to take \
              first. Three recipes differ in how long they take.",
    teacher: "A model for copies, larger than the student: the bundled one, SSCD, or one that you \
              taught.",
    pictures: "Any, without labels; some hundreds for a try, tens of thousands for a good student. \
               Two edited versions are made of each picture.",
    student: "Any network of the list; small ones are what it is made for.",
    formula: "L = contrast + weight x hard-negative + relational\n\
              contrast      = -log( e^(z.z'/T) / ( e^(z.z'/T) + sum over k of e^(z.u_k/T) ) )\n\
              hard-negative = -log max( 1 - max over k of z.u_k, 0.001 )\n\
              relational    = KL( softmax over k of t.q_k / T || softmax over k of z.q_k / T )",
    deviations: &[
        "The memory holds at most half the collection, and earlier views of a picture do not count \
         as others: the published code takes a million pictures for granted.",
        "The relational term is not in the published code; here it is that of CompRess with one \
         memory, whose call it matches.",
    ],
    sources: &[
        TO_ARXIV_RDCD,
        ("Code", "https://github.com/juntae9926/RDCD"),
        (
            "Koohpayegani et al., CompRess, 2020",
            "https://arxiv.org/abs/2010.14713",
        ),
    ],
};

pub(in super::super) const SEED: About = About {
    purpose: "A small student that sees a memory of pictures as any teacher does, also one that was \
              not made for copies. It learns no edits of its own: teacher and student look at the \
              same view.",
    teacher: "Any model; its descriptor has the length of the student's.",
    pictures: "Any, without labels; many, since they are seen through the teacher's eyes.",
    student: ANY_NETWORK,
    formula: "a_s = [ z.t, z.q_1, .., z.q_K ] / T_s      a_t = [ t.t, t.q_1, .., t.q_K ] / T_t\n\
              L   = - sum over j of softmax(a_t)_j log softmax(a_s)_j",
    deviations: &[
        "The memory begins empty and not with noise, and the warm-up begins at a rate of 0.",
        "At the published teacher temperature of 0.0001 only the picture itself counts; the recipe \
         `seed-relational` has 0.04 on both sides, so that all neighbors do.",
    ],
    sources: &[
        (
            "Fang et al., SEED: Self-supervised Distillation for Visual Representation, ICLR 2021",
            "https://arxiv.org/abs/2101.04731",
        ),
        ("Code", "https://github.com/jacobswan1/SEED"),
    ],
};

pub(in super::super) const DINO: About = About {
    purpose: "A general model of pictures that finds what looks alike, from pictures alone. It is a \
              teacher for others rather than a finder of copies, and takes long.",
    teacher: "None from outside: the running mean of the student is the teacher.",
    pictures: "Many and of all kinds, without labels. Two large and eight small parts are cut from \
               each.",
    student: "A transformer is what it was made for; other networks can be taught too.",
    formula: "P(u) = softmax( ( z'(u) - center ) / T_t )      P(v) = softmax( z(v) / T_s )\n\
              L    = mean over large views u and all other views v of - sum of P(u) log P(v)",
    deviations: &[
        "Biases and normalizations do not decay; the class token and the positions do, as in the \
         code.",
    ],
    sources: &[
        TO_ARXIV_DINO,
        ("Code", "https://github.com/facebookresearch/dino"),
    ],
};

pub(in super::super) const PATCH_DINO: About = About {
    purpose: "As DINO, and patches that show the same place agree too: better where a part of a \
              picture was copied.",
    teacher: "None from outside: the running mean of the student is the teacher.",
    pictures: "Many and of all kinds, without labels. Two large and eight small parts are cut from \
               each, and their places are traced.",
    student: TRANSFORMER,
    formula: "ce(a, b) = - sum of softmax( ( z'[a] - center ) / T_t ) log softmax( z[b] / T_s )\n\
              L = lambda x ce(whole views) + ( 1 - lambda ) x mean over patches of one place of ce(a, b)",
    deviations: &[
        "Patches are paired by the patch that holds the middle of each; the published code pairs \
         blocks (`published-rule` = 1).",
        "The whole view has half the weight; published: the mean of all tokens (`weighting` = 0), in \
         which it counts about 1/131.",
    ],
    sources: &[
        (
            "Javidani et al., Patch-Wise Self-Supervised Visual Representation Learning, 2023",
            "https://arxiv.org/abs/2310.18651",
        ),
        TO_ARXIV_DINO,
    ],
};

pub(in super::super) const ISC21: About = About {
    purpose: "The best finder of copies of a contest with very hard edits. It takes long and large \
              views; for one computer begin with SSCD or RDCD.",
    teacher: "None.",
    pictures: "Any, without labels; many. A mild and a hard edit are made of each, harder from stage \
               to stage. The last stage learns from judged pairs, where there are some.",
    student: ANY_NETWORK,
    formula: "d(a, b) = | a - b |, a from the step, b from a memory of the student's own descriptors\n\
              L = mean of ( d - m+ ) over copies with d > m+\n\
              \x20 + mean of ( m- - d ) over others with d < m-",
    deviations: &[
        "The reference pictures that the third stage adds as negatives are the pictures themselves, \
         unedited.",
        "Rates are for one device instead of several.",
        "Others nearer than a distance of about 0.03 count as equal and have no gradient.",
    ],
    sources: &[
        TO_ARXIV_ISC21,
        (
            "Code",
            "https://github.com/lyakaap/ISC21-Descriptor-Track-1st",
        ),
    ],
};

pub(in super::super) const OBD_SD: About = About {
    purpose: "Finds pictures of the same kind, such as one model of a car or one sort of bird, not \
              only copies. The student of the epoch before guides the student of now.",
    teacher: "None from outside: the student as it was when the epoch began.",
    pictures: "Sorted into folders, each a kind, at least two pictures in each.",
    student: "Any network, best one that starts from trained weights: the rate is low.",
    formula: "L = multi-similarity + weight x T^2 x KL( P || softmax over the step of z.z_j / T )\n\
              P = softmax of the same for the student of the epoch before, spread over the step by a walk\n\
              the weight grows with the epoch, from 0",
    deviations: &[
        "A picture's similarity with itself can be left out of both sides; at a low temperature it \
         alone would be the target.",
        "A step in which no pair counts has a loss of 0, where the published code fails.",
    ],
    sources: &[
        (
            "Zeng et al., self-distillation with online batch diffusion, 2022",
            "https://arxiv.org/abs/2211.07566",
        ),
        (
            "Wang et al., Multi-Similarity Loss, CVPR 2019",
            "https://arxiv.org/abs/1904.06627",
        ),
        ("Code", "https://github.com/ZelongZeng/OBD-SD_Pytorch"),
    ],
};

pub(in super::super) const COPY_NCE: About = About {
    purpose: "A model that finds copied parts: patches of two versions find each other by traced \
              pixels.",
    teacher: "None.",
    pictures: "Any, without labels; many. Each is shown as it is beside a hard edit, and the edit's \
               pixels are traced.",
    student: TRANSFORMER,
    formula: "L = info-nce + weight x copy-nce + weight x koleo\n\
              copy-nce = - sum over j of w_ij log softmax over j of s x cos( q_i, r_j )\n\
              w_ij: the share of patch i that lands in patch j, sharpened; what lands nowhere has none",
    deviations: &[
        "Written from the formulas of the paper: the mean over all patches and the even halves of \
         both directions are our reading.",
        "Hard negatives from DINO's neighbors are left out; the learned scale of 24.5 is a \
         temperature of 0.041.",
    ],
    sources: &[
        (
            "Lu et al., CopyNCE, ICCV 2025",
            "https://arxiv.org/abs/2602.17484",
        ),
        ("Code", "https://github.com/eddielyc/CopyNCE"),
        (
            "DINOv2, for the term that keeps descriptors apart",
            "https://arxiv.org/abs/2304.07193",
        ),
    ],
};

pub(in super::super) const VERDICTS: About = About {
    purpose: "Improves a model on what you said: results of Find that you marked as copies come \
              close, those that are none move away, and the model stays near to what it was.",
    teacher: "None; the student starts from a model that you use.",
    pictures: "Pairs that you judged, at least 20 of both kinds, found with several pictures. About \
               a fifth is kept out for the figure of the report. A folder of other pictures shows \
               whether edited copies are still found.",
    student: "The network of the model that it starts from.",
    formula: "L = margin-contrast + weight x verdicts + weight x keep\n\
              verdicts = mean of ( d - m+ ) over your copies with d > m+\n\
              \x20        + mean of ( m- - d ) over your others with d < m-\n\
              keep     = 1 - similarity of the descriptors now and at the beginning",
    deviations: &[
        "The margins and the memory are those of the last stage of ISC21, which learns from copies \
         only; the terms for judged others and for staying near the beginning are ours.",
        "The best student is the one that finds edited copies and tells judged pairs apart, both \
         counting the same.",
    ],
    sources: &[TO_ARXIV_ISC21],
};
