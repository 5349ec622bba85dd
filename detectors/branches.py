"""What our detectors reconstruct: the title of each branch, ``meaning [unit]``; docs/analysis.md shows the same table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["BELLE2", "DUMP", "KOTO", "KOTO_KAON", "SPECTROMETER", "variables"]

#: How many photons and charged particles veto an event of KOTO.
_VETOES: Final = {
    "n_missed": "photons made where they veto that are not clusters [1]",
    "n_charged": "charged final particles made where they veto [1]",
}

_CLUSTERS: Final = {
    "Cluster_energy": "smeared energy of a photon on the calorimeter [GeV]",
    "Cluster_x": "x of the cluster on the calorimeter's face [mm]",
    "Cluster_y": "y of the cluster on the calorimeter's face [mm]",
    "Cluster_genPartIdx": "index of the photon in GenPart [1]",
}

#: Of two clusters that are a pi0 which decays on the axis; there may be two such vertices.
KOTO: Final = (
    _VETOES
    | _CLUSTERS
    | {
        "Pi0_z_vtx": "z of the pi0's decay on the axis [mm]",
        "Pi0_pt": "transverse momentum of the pi0 [GeV]",
        "Pi0_pz": "momentum of the pi0 along z [GeV]",
        "Pi0_px": "momentum of the pi0 along x [GeV]",
        "Pi0_py": "momentum of the pi0 along y [GeV]",
        "Pi0_pt_over_pz": "ratio of the pi0's transverse momentum to that along z [1]",
        "Pi0_energy_sum": "energy of both clusters [GeV]",
        "Pi0_energy_min": "energy of the cluster with less [GeV]",
        "Pi0_energy_max": "energy of the cluster with more [GeV]",
        "Pi0_energy_ratio": "the smaller cluster energy over the larger [1]",
        "Pi0_energy_angle_min": "the smaller product of a photon's energy and its angle to the beam [GeV deg]",
        "Pi0_radius_max": "distance of the outermost cluster from the axis [mm]",
        "Pi0_square_min": "larger of |x| and |y| of the innermost cluster [mm]",
        "Pi0_distance": "distance between the clusters [mm]",
        "Pi0_coe_radius": "distance of the centre of energy from the axis [mm]",
        "Pi0_projected_angle": "angle between the clusters as seen from the axis; 180 is back to back [deg]",
        "Pi0_n_missed": "n_missed of the event [1]",
        "Pi0_n_charged": "n_charged of the event [1]",
    }
)

#: Of four or six clusters that are the pi0 of a K_L.
KOTO_KAON: Final = KOTO | {
    "Kaon_x": "x of the K_L's decay, on the line from the target to the centre of energy [mm]",
    "Kaon_y": "y of the K_L's decay, on the line from the target to the centre of energy [mm]",
    "Kaon_z_vtx": "z of the K_L's decay, mean of the pi0 vertices [mm]",
    "Kaon_z_error": "error of that mean from the clusters' resolution [mm]",
    "Kaon_z_spread": "distance from the first to the last pi0 vertex [mm]",
    "Kaon_chi_square": "chi square of the pi0 vertices about their mean [1]",
    "Kaon_chi_square_gap": "by how much the next best pairing's chi square is larger; infinite without one [1]",
    "Kaon_pairing": "number of the pairing of the clusters, from 0 [1]",
    "Kaon_px": "momentum of the K_L along x [GeV]",
    "Kaon_py": "momentum of the K_L along y [GeV]",
    "Kaon_pz": "momentum of the K_L along z [GeV]",
    "Kaon_pt": "transverse momentum of the K_L [GeV]",
    "Kaon_energy": "energy of the K_L [GeV]",
    "Kaon_mass": "mass of the K_L [GeV]",
    "Kaon_mass_off": "distance of that mass from the K_L's [GeV]",
    "Kaon_pi0_mass_off": "largest distance of a pair's mass at the common vertex from the pi0's [GeV]",
    "Kaon_energy_min": "energy of the cluster with least [GeV]",
    "Kaon_energy_max": "energy of the cluster with most [GeV]",
    "Kaon_radius_max": "distance of the outermost cluster from the axis [mm]",
    "Kaon_square_min": "larger of |x| and |y| of the innermost cluster [mm]",
    "Kaon_distance_min": "least distance between two clusters [mm]",
    "Kaon_n_missed": "n_missed of the event [1]",
    "Kaon_n_charged": "n_charged of the event [1]",
}

#: Of charged kaons and of K_S that decay to two pions, and of all that is seen.
BELLE2: Final = {
    "n_photons": "photons seen [1]",
    "n_tracks": "charged particles seen, the kaon included [1]",
    "Kaon_pt": "transverse momentum of the kaon candidate in the laboratory [GeV]",
    "Kaon_pz": "momentum of the kaon candidate along z in the laboratory [GeV]",
    "Kaon_energy": "energy of the kaon candidate in the laboratory [GeV]",
    "Kaon_theta": "angle of the kaon candidate to z in the laboratory [deg]",
    "Kaon_charged": "1 for a charged kaon, 0 for a K_S of two tracks [1]",
    "Kaon_e_cms": "energy of the kaon candidate in the centre of mass [GeV]",
    "Kaon_q2_inclusive": "squared mass of what is left of a B at rest in the centre of mass [GeV^2]",
    "Kaon_q2_hadronic": "squared mass of what is left of the B that a full reconstruction of the other gives [GeV^2]",
    "Kaon_q2_rec": "that of the two which the selection takes [GeV^2]",
    "Kaon_e_missing": "half the energy of both beams less e_cms, in the centre of mass [GeV]",
    "Kaon_m_missing": "root of q2_rec with its sign [GeV]",
    "Kaon_tag_efficiency": "probability that the candidate is tagged [1]",
    "Kaon_tagged": "whether it is tagged, drawn with that probability [1]",
    "Kaon_genPartIdx": "index of the kaon, or of a K_S's positive pion, in GenPart [1]",
    "Kaon_n_extra_photons": "photons seen in the event [1]",
    "Kaon_n_extra_tracks": "charged particles seen beside the candidate's [1]",
    "Extra_r": "true distance from the axis of where a photon or a charged particle that is no kaon was made [mm]",
    "Extra_z": "true z of where a photon or a charged particle that is no kaon was made [mm]",
    "Extra_seen": "whether the detector sees it [1]",
    "Extra_genPartIdx": "its index in GenPart [1]",
}

#: Of showers and tracks on the plane of a calorimeter behind a dump.
DUMP: Final = {
    "n_made": "visible particles made in the decay volume [1]",
    "Shower_energy": "measured energy of the shower [GeV]",
    "Shower_x": "x of the shower on the calorimeter's plane [mm]",
    "Shower_y": "y of the shower on the calorimeter's plane [mm]",
    "Shower_genPartIdx": "index in GenPart of the particle, of a merged shower the hardest one's [1]",
    "Track_energy": "measured energy of the track [GeV]",
    "Track_x": "x of the track on the calorimeter's plane [mm]",
    "Track_y": "y of the track on the calorimeter's plane [mm]",
    "Track_genPartIdx": "index of the particle in GenPart [1]",
    "Visible_n_showers": "showers of the event [1]",
    "Visible_n_tracks": "tracks of the event [1]",
    "Visible_shower_energy_min": "least energy of a shower, 0 without one [GeV]",
    "Visible_shower_energy_max": "largest energy of a shower, 0 without one [GeV]",
    "Visible_shower_energy_sum": "energy of all showers [GeV]",
    "Visible_separation": "least distance between two showers, infinite without two [mm]",
    "Visible_track_energy_min": "least energy of a track, 0 without one [GeV]",
    "Visible_track_energy_sum": "energy of all tracks [GeV]",
    "Visible_x_vtx": "true x of where the first visible particle from the volume was made [mm]",
    "Visible_y_vtx": "true y of where the first visible particle from the volume was made [mm]",
    "Visible_z_vtx": "true z of where the first visible particle from the volume was made [mm]",
}

#: More of it where the data file says what leaves tracks: the momenta of a spectrometer.
SPECTROMETER: Final = {
    "Track_px": "momentum of the track along x, where the particle is made [GeV]",
    "Track_py": "momentum of the track along y, where the particle is made [GeV]",
    "Track_pz": "momentum of the track along z, where the particle is made [GeV]",
    "Track_charge": "its charge [1]",
    "Visible_track_momentum": "momentum of the hardest track, 0 without one [GeV]",
    "Visible_track_theta": "angle of the hardest track to z, 0 without one [deg]",
    "Visible_track_charge": "charge of all tracks [1]",
    "Visible_missing_mass2": "squared mass of the parent less all tracks, taken as pions [GeV^2]",
    "Visible_n_missed": "visible particles made in the decay volume that are no shower and no track [1]",
}

#: The candidates that cuts look at, by the kind of the detector: their list, and the titles.
_CANDIDATES: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "koto": ("Pi0", KOTO),
    "koto_kaon": ("Kaon", KOTO_KAON),
    "b_factory": ("Kaon", BELLE2),
    "fixed_target": ("Visible", DUMP | SPECTROMETER),
}


def variables(kind: str) -> dict[str, str]:
    """What the cuts of a kind of detector may look at: unit of each variable, nothing for 1.

    Parameters
    ----------
    kind : {"koto", "koto_kaon", "b_factory", "fixed_target"}
        Kind of detector, as a data file's ``kind`` says.
    """
    name, titles = _CANDIDATES[kind]
    units = {}
    for branch, title in titles.items():
        list_, _, variable = branch.partition("_")
        if list_ == name and variable != "genPartIdx":
            unit = title.rpartition("[")[2].rstrip("]")
            units[variable] = "" if unit == "1" else unit
    return units
